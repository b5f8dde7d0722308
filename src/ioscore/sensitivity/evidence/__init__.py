"""What the order rests on in the evidence: influence, smallest sets of events, draws."""
