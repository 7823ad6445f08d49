#!/usr/bin/env bash
# Students of the live teacher against students of its cache, three seeds on the demo's drawings: test top-1 of each, in percent.
#   bench/cache-agreement.sh [EPOCHS=6]
set -euo pipefail
epochs=${1:-6}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export REMEM_CACHE="$work/user"
cd "$root"
./remem finetune demo/emoji --model vit_pico_patch4_32 --weights demo/teacher/model.safetensors --image-size 32 --epochs 2 --rho 0 --out "$work/teacher" \
    training.lr=0.0005 training.crop_scale=0.6 data.crop_pct=1 2> /dev/null

top1() { python3 -c 'import json, sys; print("%.2f" % (100 * json.load(open(sys.argv[1]))["test"]["top1"]))' "$1/result.json"; }
student() {
    ./remem distill demo/emoji --teacher-dir "$work/teacher" --student resnet20 --epochs "$epochs" --seed "$1" --temperature 2 --weight 0.7 --cache "$2" --out "$3" \
        distillation.views=3 training.optimizer=sgd training.lr=0.1 training.weight_decay=0.0005 training.crop_scale=0.6 training.validate_every="$epochs" data.crop_pct=1 > /dev/null 2>&1
}

echo "| seed | live | cached |"
echo "| --- | --- | --- |"
for seed in 0 1 2; do
    student "$seed" none "$work/live-$seed"
    student "$seed" "$work/cache-$seed" "$work/cached-$seed"
    echo "| $seed | $(top1 "$work/live-$seed") | $(top1 "$work/cached-$seed") |"
done
