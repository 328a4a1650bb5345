"""What every part knows: database, money, clock, ids, errors, masking, the doorbell. Imports nothing of ours."""
