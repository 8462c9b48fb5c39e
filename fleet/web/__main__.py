"""`python -m fleet.web`: what `fleet serve` becomes."""

from fleet.web.app import main

main()
