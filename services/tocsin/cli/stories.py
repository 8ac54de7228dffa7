"""``tocsin stories``: the stories that the classifiers share."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from tocsin.adapters.embedding.choose import open_embedder
from tocsin.bootstrap import Deployment, cache_folder
from tocsin.classifier.centre import builtin_centre
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.stories import Stories
from tocsin.cli.configured import ConfigOption, settings_from
from tocsin.domain import codec
from tocsin.domain.alert import Alert
from tocsin.domain.errors import UndecodableError
from tocsin.domain.record import ALERTS, SIGNALS
from tocsin.domain.signal import ClassifiedArticle
from tocsin.knowledge import load_knowledge
from tocsin.router.service import ALERT_MEMORY
from tocsin.runtime import logs
from tocsin.settings.schema import Settings

app = typer.Typer(help="The stories that the classifiers share.", no_args_is_help=True)


@app.callback()
def stories() -> None:
    """Keep ``rebuild`` a subcommand, though it is the only one."""


@app.command()
def rebuild(
    config: ConfigOption = None,
    hours: Annotated[
        float | None, typer.Option("--hours", help="How far back to read; otherwise twice classifier.story_window.")
    ] = None,
) -> None:
    """Put stories, and who was rung about them, back into a store that was lost, from `signals` and `alerts`.

    Safe to repeat, and while the services run: what is there already stays as it is.
    """
    settings = settings_from(config)
    logs.configure(settings.log.level, settings.log.format)
    deployment = Deployment(settings)
    try:
        articles = _stories(settings, deployment, timedelta(hours=hours or 2 * settings.classifier.story_window))
        alerts = _alerts(deployment)
    finally:
        deployment.close()
    print(f"{articles} articles put back into their stories, {alerts} alerts remembered")


def _stories(settings: Settings, deployment: Deployment, back: timedelta) -> int:
    # the verdicts are in the signals: the classifier is here for its embedding alone
    embedder = open_embedder(settings.classifier.embedder, cache_folder(settings.classifier))
    classifier = Classifier(load_knowledge([Path(folder) for folder in settings.knowledge]), embedder)
    window = timedelta(hours=settings.classifier.story_window)
    index = Stories(deployment.state.stories, window, builtin_centre(classifier.embedder))
    count = 0
    for record in deployment.bus.read(SIGNALS, deployment.clock() - back):
        try:
            signal = codec.decode(ClassifiedArticle, record.value)
        except UndecodableError:
            continue
        index.restore(signal, classifier.vector(Text.of(signal.article)))
        count += 1
    return count


def _alerts(deployment: Deployment) -> int:
    count = 0
    for record in deployment.bus.read(ALERTS, deployment.clock() - ALERT_MEMORY):
        try:
            alert = codec.decode(Alert, record.value)
        except UndecodableError:
            continue
        article = alert.signal.article.id
        deployment.state.alert_log.claim(alert.story, article, [alert.subscriber], alert.created, ALERT_MEMORY)
        count += 1
    return count
