"""backhaul: who pays when a car crosses an ocean the other way."""
