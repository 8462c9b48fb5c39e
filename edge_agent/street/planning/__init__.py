"""Who comes when and walks or drives where: decided once, for a scenario and a seed."""
