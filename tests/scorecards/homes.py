"""The home that commands run on, as the end-to-end tests have it."""

from tests.e2e.conftest import LiveHome as LiveHome
