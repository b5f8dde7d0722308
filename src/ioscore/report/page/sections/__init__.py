"""The parts of a report, one module for each subject: results in, plain blocks out."""
