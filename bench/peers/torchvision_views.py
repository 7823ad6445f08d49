"""Training views by torchvision and PIL: random resized crop, flip, tensor, normalise; a DataLoader with persistent workers.

Reads a file with one image path a line. Prints "ready", then makes one epoch for every line on stdin and prints its seconds and the processor seconds that this
process and its workers took for it.
"""
import argparse
import multiprocessing
import os
import sys
import time

import torch
from torchvision import transforms
from torchvision.datasets.folder import default_loader


class Photos(torch.utils.data.Dataset):
    def __init__(self, files, transform, memory):
        self.files = files
        self.transform = transform
        self.images = [default_loader(f) for f in files] if memory else None

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = self.images[index] if self.images else default_loader(self.files[index])
        return self.transform(image), 0


def processor_seconds():
    """Of this process and of its workers so far (Linux)."""
    ticks = 0
    for process in [os.getpid()] + [child.pid for child in multiprocessing.active_children()]:
        with open(f"/proc/{process}/stat", encoding="utf-8") as text:
            fields = text.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--scale", type=float, default=0.35)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", action="store_true", help="keep decoded images in memory")
    arguments = parser.parse_args()
    with open(arguments.files, encoding="utf-8") as text:
        files = text.read().splitlines()
    transform = transforms.Compose([
        transforms.RandomResizedCrop(arguments.size, scale=(arguments.scale, 1), interpolation=transforms.InterpolationMode.BICUBIC),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    loader = torch.utils.data.DataLoader(
        Photos(files, transform, arguments.memory), arguments.batch, shuffle=True, num_workers=arguments.workers, persistent_workers=True)
    sum(len(labels) for _, labels in loader)
    print("ready", flush=True)
    for _ in sys.stdin:
        used = processor_seconds()
        start = time.perf_counter()
        count = sum(len(labels) for _, labels in loader)
        assert count == len(files)
        seconds = time.perf_counter() - start
        print(seconds, processor_seconds() - used, flush=True)


if __name__ == "__main__":
    main()
