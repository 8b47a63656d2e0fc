# SPDX-License-Identifier: Apache-2.0
{
  "targets": [
    {
      "target_name": "nono",
      "sources": ["src/addon.c"],
      "cflags": ["<!@(pkg-config --cflags nono)", "-std=c11"],
      "libraries": ["<!@(pkg-config --libs nono)"]
    }
  ]
}
