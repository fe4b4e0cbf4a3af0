"""Who takes the money: one file a provider, all alike to `billing.payments`."""
