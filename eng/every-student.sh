#!/usr/bin/env bash
# Trains every student of the catalogue for one epoch on a few of the demo's drawings, and exports it: on a machine that is new, or with REMEM_KERNELS=NAME, a wrong or deadly kernel shows here.
# Usage: eng/every-student.sh [IMAGE_SIZE]
set -uo pipefail
cd "$(dirname "$0")/.."
size=${1:-64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
./remem doctor --no-check | grep -E '^(processor|family|kernels) ' || exit 1
students=$(./remem models | awk '$2 == "student" { print $1 }')
[ -n "$students" ] || exit 1
for student in $students; do
  if ./remem distill demo/emoji --student "$student" --image-size "$size" --epochs 1 --out "$work/$student" \
    data.subset.per_class=8 data.crop_pct=1 training.batch_size=16 training.warmup_epochs=0 training.lr=1e-3 >"$work/log" 2>&1 \
    && ./remem export --model-dir "$work/$student" --out "$work/$student.onnx" >>"$work/log" 2>&1; then
    printf '%-28s %s\n' "$student" "$(tail -n 1 "$work/log")"
  else
    failed=$((failed + 1))
    printf '%-28s FAILED\n' "$student"
    cat "$work/log"
  fi
  rm -rf "${work:?}/$student"*
done
echo "$failed failed"
[ "$failed" -eq 0 ]
