"""Dose-response: seizures on the yearly scores of organisations."""
