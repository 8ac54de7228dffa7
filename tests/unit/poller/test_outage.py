from tocsin.poller.outage import Outage


def test_nothing_reachable_is_an_outage_until_something_answers() -> None:
    outage = Outage()
    for n in range(5):
        outage.answered(f"{n}.example")
    assert [outage.failed(f"{n}.example", "connection") for n in range(5)] == [False, False, True, True, True]
    outage.answered("0.example")
    assert not outage.failed("1.example", "connection")


def test_one_dead_domain_is_none_however_many_feeds_it_has() -> None:
    outage = Outage()
    assert not any(outage.failed("dead.example", "timeout") for _ in range(100))


def test_dead_feeds_among_many_good_ones_are_to_blame_themselves() -> None:
    outage = Outage()
    for n in range(1_000):
        outage.answered(f"{n}.example")
    assert not any(outage.failed(f"dead-{n}.example", "dns") for n in range(11))
    assert outage.failed("dead-11.example", "dns")


def test_answers_that_are_errors_prove_the_network() -> None:
    outage = Outage()
    assert not any(outage.failed(f"{n}.example", "tls") for n in range(100))
    for n in range(100):
        outage.failed(f"{n}.example", "connection")
    assert outage.now
    outage.answered("1.example")
    assert not outage.now
