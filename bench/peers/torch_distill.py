"""Distilling DeiT-Tiny into MobileNetV3-small as one writes it with torchvision and Debian's PyTorch, the teacher live on the student's views.

Reads a file with one image path a line. Prints what it runs on, then trains one epoch for every line on stdin and prints its seconds, its processor
seconds (workers included) and the mean loss.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import transforms
from torchvision.datasets.folder import default_loader
from torchvision.models import mobilenet_v3_small

from torch_peer import ViT
from torchvision_views import processor_seconds


class Photos(torch.utils.data.Dataset):
    def __init__(self, files, classes, size):
        self.files = files
        self.classes = classes
        self.transform = transforms.Compose([
            transforms.RandomResizedCrop(size, scale=(0.35, 1), interpolation=transforms.InterpolationMode.BICUBIC),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.transform(default_loader(self.files[index])), index % self.classes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files")
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bf16-teacher", action="store_true", help="autocast the teacher's pass")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    with open(arguments.files, encoding="utf-8") as text:
        files = text.read().splitlines()
    loader = torch.utils.data.DataLoader(
        Photos(files, arguments.classes, arguments.size), arguments.batch, shuffle=True, drop_last=True,
        num_workers=arguments.workers, persistent_workers=arguments.workers > 0)
    teacher = ViT(arguments.size, 16, classes=arguments.classes).eval()
    student = mobilenet_v3_small(num_classes=arguments.classes)
    student.classifier[2] = nn.Dropout(0)
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-4, weight_decay=0.05)
    parameters = [sum(p.numel() for p in m.parameters()) for m in (teacher, student)]
    print(json.dumps({"torch": torch.__version__, "parameters": parameters}), flush=True)
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), processor_seconds()
        total, steps = 0.0, 0
        student.train()
        for images, labels in loader:
            with torch.no_grad():
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.bf16_teacher):
                    said = teacher(images)
                target = F.log_softmax(said.float() / 2, 1)
            logits = student(images)
            soft = F.kl_div(F.log_softmax(logits / 2, 1), target, reduction="batchmean", log_target=True) * 4
            loss = 0.5 * soft + 0.5 * F.cross_entropy(logits, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total, steps = total + loss.item(), steps + 1
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "cpu": processor_seconds() - cpu, "loss": total / steps}), flush=True)


if __name__ == "__main__":
    main()
