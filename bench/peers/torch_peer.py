#!/usr/bin/env python3
"""The same work in Debian's PyTorch, for `dotnet run -c Release --project bench/ReMem.Bench -- peers`.

Reads one JSON object a line on stdin (see PeerWork.cs) and answers each with one on stdout. The model is a plain ViT as timm's: class token,
learned positions, pre-norm blocks with fused queries, keys and values, exact GELU, layer norms with epsilon 1e-6, a linear head on the class token.
"""

import json
import os
import platform
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * (c // self.heads) ** -0.5) @ k.transpose(-2, -1)
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, c))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, size, patch, width=192, depth=12, heads=3, classes=1000):
        super().__init__()
        self.patch = nn.Conv2d(3, width, patch, stride=patch)
        self.cls = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.pos = nn.Parameter(torch.randn(1, 1 + (size // patch) ** 2, width) * 0.02)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1) + self.pos
        return self.head(self.norm(self.blocks(x))[:, 0])


models = {}


def product(work):
    n, dtype = work["size"], TYPES[work["type"]]
    a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
    return lambda: a @ b, 0


def vit(work):
    key = work["size"], work["patch"], work["type"]
    if key not in models:
        models[key] = ViT(work["size"], work["patch"]).to(TYPES[work["type"]])
    model = models[key]
    images = torch.randn(work["batch"], 3, work["size"], work["size"]).to(TYPES[work["type"]])
    labels = torch.arange(work["batch"])

    def forward():
        with torch.no_grad():
            model(images)

    def both():
        F.cross_entropy(model(images), labels).backward()
        model.zero_grad(set_to_none=True)

    return (both if work["backward"] else forward), sum(p.numel() for p in model.parameters())


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    blas = os.path.realpath("/etc/alternatives/libblas.so.3-" + platform.machine() + "-linux-gnu")
    if "openblas" not in blas:
        sys.exit("PyTorch would use the slow reference BLAS here: apt-get install libopenblas0-pthread")
    print(json.dumps({"torch": torch.__version__, "python": platform.python_version(), "blas": blas, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        work = json.loads(line)
        step, parameters = (product if work["patch"] == 0 else vit)(work)
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(work["steps"]):
            step()
        print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "parameters": parameters}), flush=True)


if __name__ == "__main__":
    main()
