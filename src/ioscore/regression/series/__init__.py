"""Interrupted time series of one country."""
