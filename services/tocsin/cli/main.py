"""``tocsin``: the command."""

import sys

import typer

from tocsin.cli import channels, dead_letters, deliveries, feed_lists, feed_probe, feeds, stories, topics
from tocsin.cli.check import check, types
from tocsin.cli.classify import classify
from tocsin.cli.demo import demo
from tocsin.cli.feed_health import gaps, list_feeds, wake
from tocsin.cli.init import init
from tocsin.cli.models import evaluate, fit
from tocsin.cli.run import run
from tocsin.cli.status import status
from tocsin.domain.errors import TocsinError

app = typer.Typer(
    name="tocsin",
    help="Early-warning bell for news: watches feeds, rings you once per story, and says why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(demo)
app.command()(init)
app.command()(check)
app.command()(run)
app.command()(status)
app.command()(classify)
app.command()(evaluate)
app.command()(fit)
app.command()(types)
feeds.app.command("list")(list_feeds)
feeds.app.command()(gaps)
feeds.app.command()(wake)
feeds.app.command("discover")(feed_probe.discover)
feeds.app.command("test")(feed_probe.probe)
feeds.app.command("add")(feed_lists.add)
feeds.app.command("import")(feed_lists.import_opml)
feeds.app.command("export")(feed_lists.export_opml)
app.add_typer(feeds.app, name="feeds")
app.add_typer(channels.app, name="channels")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(topics.app, name="topics")
app.add_typer(stories.app, name="stories")


def main() -> None:
    """Run the command. What Tocsin raises on purpose is a message for people, not a traceback."""
    try:
        app()
    except TocsinError as error:
        for line in str(error).splitlines():
            print(f"tocsin: {line}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output went away (`tocsin ... | head`): not an error
        sys.stderr.close()


if __name__ == "__main__":
    main()
