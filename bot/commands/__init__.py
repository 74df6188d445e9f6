"""The commands of `daoyi`: each module has `arguments(parser)` and `run(args, settings)`."""
