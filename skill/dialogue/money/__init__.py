"""What is owed and on what it rests: bills, late months, the sum a payer means."""
