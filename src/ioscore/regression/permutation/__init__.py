"""Treatment paths permuted among countries: who could have had whose, and what such a test can see."""
