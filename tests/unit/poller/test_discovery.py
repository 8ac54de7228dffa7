from tocsin.poller.discovery import linked, usual

PAGE = """<!doctype html><html><head><title>S</title>
<link rel="stylesheet" href="/s.css"><link rel=alternate type=application/rss+xml title='News' href=/news/rss>
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml">
<link rel="alternate" hreflang="de" href="/de/">
<link href="https://cdn.example/f.json" rel="feed" type="application/feed+json">
</head><body><a href="/about">About</a> <a class="x" href="/press/feed?lang=en&amp;n=5">Feed</a>
<a href="javascript:alert(1)">feed</a> <a href="/feedback">Feedback</a><a href="/news/rss">again</a></body></html>"""


def test_feeds_that_a_page_names() -> None:
    assert linked(PAGE.encode(), "text/html", "https://site.example/a/b.html") == [
        "https://site.example/news/rss",
        "https://site.example/a/atom.xml",
        "https://cdn.example/f.json",
        "https://site.example/press/feed?lang=en&n=5",
    ]


def test_a_base_counts() -> None:
    page = b"<base href='https://other.example/x/'><link rel='alternate' type='application/rss+xml' href='rss'>"
    assert linked(page, None, "https://site.example/") == ["https://other.example/x/rss"]


def test_usual_places_are_on_the_same_host() -> None:
    places = usual("https://site.example:8080/deep/page?x=1")
    assert "https://site.example:8080/feed" in places
    assert all(place.startswith("https://site.example:8080/") for place in places)


def test_any_page_is_read_in_linear_time() -> None:
    assert linked(b"<link " * 100_000 + b"<a href='" * 100_000, None, "https://e.example/") == []
