"""Synthetic control: one country against a weighted mean of others."""
