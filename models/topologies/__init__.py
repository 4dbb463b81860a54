"""Networks that several problems plan on."""
