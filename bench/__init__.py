"""`make bench`: how fast the product is, each figure beside its floor measured in the same run. See performance.md."""
