"""Installation hooks: what XML data cannot say."""


def post_init_hook(env):
    """Give every existing company the shipped procedure to start with."""
    env["res.company"].search([])._ensure_dunning_procedure()
