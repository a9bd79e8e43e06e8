"""What looks after a running bot: the audit's sealer, repairs, and the addresses that are called."""
