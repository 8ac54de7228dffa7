"""Feeds of many kinds, for holding the two readers against each other. ``QUICK`` must be read by the quick one."""

_DC = "xmlns:dc='http://purl.org/dc/elements/1.1/'"
_MEDIA = "xmlns:media='http://search.yahoo.com/mrss/'"
_CONTENT = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
_ITUNES = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
_ATOM = "xmlns:atom='http://www.w3.org/2005/Atom'"


def rss(items: str, *, spaces: str = "", head: str = "") -> str:
    return (
        f"<rss version='2.0' {spaces}><channel><title>Port &amp; Rail</title><link>https://port.example/</link>"
        f"<description>D</description>{head}{items}</channel></rss>"
    )


def atom(entries: str, *, head: str = "", attributes: str = "") -> str:
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {attributes}><title>Blatt</title><id>https://blatt.example/</id>"
        f"<updated>2026-03-01T10:00:00Z</updated>{head}{entries}</feed>"
    )


QUICK = {
    "wrapped": f"<wrap><rss {_DC}><channel><item><title>A</title></item></channel></rss></wrap>",
    "rss": rss(
        "<item><title>A &lt;b&gt;bold&lt;/b&gt; move</title><link>https://port.example/1?a=1&amp;b=2</link>"
        "<guid isPermaLink='false'>1</guid><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><category>x</category>"
        "<category domain='d'>y</category><author>ada@port.example (Ada)</author><description>One.</description></item>"
        "<item><title>B</title><guid>https://port.example/2</guid></item>"
    ),
    "content": rss(
        "<item><title>A</title><description>Short</description>"
        "<content:encoded><![CDATA[<p>Long</p><p>text &amp; more]]></content:encoded></item>"
        "<item><title>B</title><content:encoded>&lt;p&gt;Only</content:encoded></item>",
        spaces=_CONTENT,
    ),
    "two descriptions": rss("<item><title>A</title><description>1</description><description>22</description></item>"),
    "dublin core": rss(
        "<item><dc:title>A</dc:title><dc:date>2026-01-02T03:04:05+01:00</dc:date><dc:creator>Bo</dc:creator>"
        "<dc:subject>s</dc:subject><dc:description>d</dc:description><dc:language>fr</dc:language></item>",
        spaces=_DC,
        head="<dc:language>de</dc:language>",
    ),
    "podcast": rss(
        "<item><title>Episode</title><itunes:title>Other</itunes:title><itunes:author>Cleo</itunes:author>"
        "<itunes:summary>Sum</itunes:summary><itunes:keywords>a, b</itunes:keywords><itunes:duration>1:00</itunes:duration>"
        "<enclosure url='https://port.example/e.mp3' length='1' type='audio/mpeg'/><guid>e-1</guid></item>",
        spaces=_ITUNES,
        head="<itunes:owner><itunes:name>O</itunes:name><itunes:email>o@o.example</itunes:email></itunes:owner>"
        "<itunes:category text='News'><itunes:category text='Trade'/></itunes:category><itunes:image href='i.png'/>"
        "<image><url>u</url><title>Not the feed's</title><link>https://other.example/</link></image>",
    ),
    "media": rss(
        "<item><media:group><media:title>Inner</media:title><media:description>md</media:description>"
        "<media:content url='v.mp4' medium='video'/></media:group><title>Outer</title><link>/3</link></item>"
        "<item><media:title>Lonely</media:title><media:thumbnail url='t.png'/><media:keywords>k, l</media:keywords></item>"
        "<item><title>T</title><media:content url='a'><media:title>U</media:title><media:description>V</media:description>"
        "</media:content><description>W</description></item>",
        spaces=_MEDIA,
    ),
    "atom links in rss": rss(
        "<item><title>A</title><atom:link rel='self' href='https://port.example/self'/><link>https://port.example/a</link></item>"
        "<item><title>B</title><atom:link href='https://port.example/b'/></item>"
        "<item><title>C</title><link>https://port.example/c</link><atom:link rel='related' href='/r'/></item>",
        spaces=_ATOM,
        head="<atom:link rel='self' href='https://port.example/feed'/>",
    ),
    "source": rss("<item><title>A</title><source url='https://s.example/'>S</source></item>"),
    "item language": rss("<item xml:lang='pt_BR'><title>A</title></item><item><title lang='es'>B</title></item>"),
    "mojibake": rss("<item><title>Z\u00c3\u00b6lle \u0096 steigen</title></item>"),
    "comments": rss("<item><!-- c --><title>A<!-- c --> B</title><description><![CDATA[x]]> y</description></item>"),
    "old": "<rss version='0.91'><channel><title>T</title><item><title>A</title><link>https://e.example/a</link></item></channel></rss>",
    "bare channel": "<channel><title>T</title><item><title>A</title></item></channel>",
    "items outside": "<rss><channel><title>T</title></channel><item><title>A</title><link>https://e.example/a</link></item></rss>",
    "foreign": rss(
        "<item><title>A</title><x:y><x:z>1</x:z></x:y><plain>2</plain><withattr a='1'/></item>",
        spaces="xmlns:x='urn:x'",
    ),
    "rdf": (
        f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' {_DC} {_ATOM}>"
        "<channel rdf:about='https://r.example/'><title>R</title><link>https://r.example/</link><items><rdf:Seq>"
        "<rdf:li rdf:resource='https://r.example/1'/></rdf:Seq></items><image rdf:resource='i'/></channel>"
        "<image rdf:about='i'><title>I</title><url>u</url><link>https://i.example/</link></image>"
        "<item rdf:about='https://r.example/1'><title>A</title><link>https://r.example/1</link>"
        "<dc:date>2026-03-02</dc:date></item></rdf:RDF>"
    ),
    "atom": atom(
        "<entry><title type='html'>&lt;i&gt;A&lt;/i&gt;</title><id>tag:b,1</id><link href='a.html'/><link rel='edit' href='e'/>"
        "<published>2026-03-01T09:00:00Z</published><updated>2026-03-01T10:00:00Z</updated><summary>s</summary>"
        "<author><name>Bo</name><email>bo@b.example</email><uri>https://b.example/</uri></author>"
        "<category term='t' label='L'/><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x &lt; <b>y</b><br/>z"
        "</div></content></entry>"
        "<entry><title>B</title><id>https://blatt.example/b</id><content type='html'>&lt;p&gt;c</content></entry>",
        head="<link rel='self' href='https://blatt.example/feed'/><author><name>Desk</name></author>",
        attributes="xml:lang='de' xml:base='https://blatt.example/x/'",
    ),
    "atom source": atom(
        "<entry><title>A</title><id>a</id><source><title>Elsewhere</title><id>s</id><link href='https://s.example/'/>"
        "<updated>2020-01-01T00:00:00Z</updated></source><link href='https://blatt.example/a'/></entry>"
    ),
    "atom 0.3": (
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#' xml:lang='fr'><title>V</title><link rel='alternate' type='text/html' "
        "href='https://v.example/'/><entry><title mode='escaped' type='text/html'>A &amp;amp; B</title><id>v1</id>"
        "<link rel='alternate' type='text/html' href='https://v.example/1'/><issued>2004-05-06T07:08:09+02:00</issued>"
        "<modified>2004-05-07T00:00:00Z</modified><created>2004-05-05T00:00:00Z</created></entry></feed>"
    ),
    "feedburner": rss(
        "<item><title>A</title><link>https://count.example/1</link><feedburner:origLink>https://port.example/1</feedburner:origLink></item>",
        spaces="xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'",
    ),
}

DOUBTFUL = {
    "no items": rss(""),
    "markup unescaped": rss("<item><title>A</title><description>x <p>y</p> z</description></item>"),
    "nested item": rss("<item><title>A</title><item><title>B</title></item></item>"),
    "image with title": rss("<item><title>A</title><image><title>I</title><url>u</url></image></item>"),
    "two channels": "<rss><channel><item><title>A</title></item></channel><channel><item><title>B</title></item></channel></rss>",
    "hidden title": rss("<item><x:y xmlns:x='urn:x'><title>inside</title></x:y><description>d</description></item>"),
    "base64": atom("<entry><title>A</title><content type='image/png'>aGVsbG8=</content></entry>"),
    "svg": atom(
        "<entry><title>A</title><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><svg xmlns='urn:s'><title>no"
        "</title></svg></div></content></entry>"
    ),
    "cdf": "<channel HREF='https://c.example/'><item HREF='https://c.example/1' LASTMOD='2026-01-01T00:00Z'><title>A</title></item></channel>",
    "link by url": rss("<item><title>A</title><link url='https://port.example/a'/></item>"),
}

# differences between the readers that fuzzing found
DOUBTFUL |= {
    "attribute in a foreign namespace": (
        "<rdf:RDF xmlns:rdf='urn:not-rdf' xmlns='http://purl.org/rss/1.0/'><item rdf:about='https://r.example/1'><title>A</title>"
        "</item></rdf:RDF>"
    ),
    "language in a foreign namespace": rss(
        "<item x:lang='fr' xmlns:x='urn:x'><title lang='de' x:lang='fr'>A</title></item>"
    ),
    "base that is none": atom(
        "<entry><title>A</title><link href='a.html'/></entry>", attributes="xml:base='https:blatt.example/x/'"
    ),
    "base without one outside": rss(
        "<item><title xml:base='http://['>A</title></item><item><title>B</title><link>/b</link></item>"
    ),
    "letters that expat does not know": rss(
        "<item><title>A</title><link re\ufffdl='x' href='https://port.example/a'/></item>"
    ),
}

BROKEN = {
    "ampersand": rss("<item><title>AT&T & more</title><link>https://port.example/?a=1&b=2</link></item>"),
    "bracket": rss("<item><title>5 < 6</title></item>"),
    "undeclared": rss("<item><title>A</title><dc:date>2026-03-02</dc:date><media:title>B</media:title></item>"),
    "cut in an item": rss("<item><title>A</title></item><item><title>B</title>")[:-40],
    "cut in a tag": rss("<item><title>A</title><link>https://port.example/a</link></item><item><ti"),
    "wrong end": rss("<item><title>A</title><description>x</title></description></item>"),
    "trailing": rss("<item><title>A</title></item>") + "<script>1</script>",
    "attribute": rss("<item><title>A</title><enclosure url='a?b=1&c=2' length=5/></item>"),
}
