"""`daoyi bench`: what Daoyi costs, as ratios to a bare peer that is measured in the same run on the same machine."""
