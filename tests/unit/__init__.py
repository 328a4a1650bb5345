"""Tests without network; the folders mirror the product's."""
