#!/usr/bin/env bash
# Kills a comparison (fine-tuning, meter, cache building, distillation) with SIGKILL at random moments and resumes it: weights, metrics, I_hat and the
# teacher's cache must have the bits of a run that was left alone.
#   eng/kill-and-resume.sh [MOMENTS=20] [SEED=1]
set -euo pipefail
moments=${1:-20} RANDOM=${2:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build "$root/src/ReMem.Cli" -c Release -v q --nologo > /dev/null
program=$(find "$root/src/ReMem.Cli/bin/Release/net10.0" -maxdepth 2 -name ReMem.Cli.dll | head -1)
export REMEM_CACHE="$work/user" OMP_WAIT_POLICY=PASSIVE

cat > "$work/recipe.yaml" <<YAML
name: kill
threads: 1
data: { source: '$root/demo/emoji', image_size: 32, crop_pct: 1, max_train: 192, max_eval: 64 }
teacher: { model: vit_pico_patch4_32, training: { epochs: 3, batch_size: 16 } }
student: { model: resnet20, training: { epochs: 6, batch_size: 16 }, distillation: { views: 3 } }
information: { image_size: 16, epochs: 2, seeds: 2 }
methods: [sam]
YAML

start() { exec dotnet "$program" run "$work/recipe.yaml" --out "$work/$1" "student.distillation.cache=$work/$1-cache" > "$work/$1.log" 2>&1; }
# Everything that must not differ, without wall times.
digest() {
    local part="$work/$1/seed-0/sam"
    sha256sum < "$part/teacher/model.safetensors"
    sha256sum < "$part/student/model.safetensors"
    sed -E 's/seconds": ?[0-9.eE+-]+/seconds":0/g' "$part"/*/metrics.jsonl "$part/teacher/information.json" | sha256sum
    (cd "$work/$1-cache" && find . -name 'shard-*.bin' | sort | xargs sha256sum) | sha256sum
}

begun=$(date +%s%N)
(start whole)
took=$(( ($(date +%s%N) - begun) / 1000000 ))
expected=$(digest whole)
echo "uninterrupted: $((took / 1000)).$(printf %03d $((took % 1000))) s"
failed=0
for ((i = 1; i <= moments; i++)); do
    rm -rf "$work/cut" "$work/cut-cache"
    (start cut) &
    process=$!
    wait_ms=$(( (RANDOM * 32768 + RANDOM) % took ))
    sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
    kill -KILL "$process" 2> /dev/null || true
    wait "$process" 2> /dev/null || true
    # An early moment leaves no folder, which is nothing wrong.
    reached=$({ find "$work/cut" "$work/cut-cache" -name '*.json' -o -name 'shard-*.bin' -o -name 'checkpoint.safetensors' 2> /dev/null || true; } | wc -l)
    (start cut) || { echo "moment $i: the resumed run failed: $(tail -3 "$work/cut.log")"; failed=$((failed + 1)); continue; }
    if [ "$(digest cut)" = "$expected" ]; then
        echo "moment $i: killed after ${wait_ms} ms with $reached files there, same bits"
    else
        echo "moment $i: killed after ${wait_ms} ms with $reached files there, OTHER BITS"
        failed=$((failed + 1))
    fi
done
echo "$((moments - failed)) of $moments moments ended with the same bits"
[ "$failed" = 0 ]
