"""`python -m comptoir_sdk.scaffold acme_orders`: the same as `comptoir plugin new`, where there is only the SDK."""

import sys

from comptoir_sdk.scaffold.ask import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
