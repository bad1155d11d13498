"""Order lists are read whatever wrote them; a bad line is told by its number and the rest goes on."""

import json

import pytest

from media.catalogue import documents
from media.catalogue.documents import MOST_LETTERS_OF_YAML
from media.catalogue.order import Orders
from media.catalogue.reading import MOST_BYTES, read_orders
from media.errors import BadInput
from media.job import StillJob, TurntableJob
from media.material_override import MOST_OVERRIDES


def read(text: str | bytes, **types: object) -> Orders:
    return read_orders(text if isinstance(text, bytes) else text.encode(), "orders", types)


def told(orders: Orders) -> list[tuple[str, str]]:
    return [(line.place, line.product.product) for line in orders.lines]


def test_csv_has_a_product_a_line():
    orders = read(
        "product,source,outputs,materials,priority\nA-1,a.step,hero; still,ball* = #c0c0c0,5\nB,b.stp,,,\n"
    )

    first, second = (line.product for line in orders.lines)
    assert told(orders) == [("line 2", "A-1"), ("line 3", "B")]
    assert (first.outputs, first.priority) == (("hero", "still"), 5)
    assert [(one.parts, one.color) for one in first.materials] == [("ball*", "#c0c0c0")]
    assert (second.outputs, second.priority, second.materials) == (("still",), 0, ())


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_is_read_as_spreadsheets_write_it(divider, encoding):
    text = divider.join(["id", "source"]) + "\r\n" + divider.join(["Käfig", "käfig.step"]) + "\r\n\r\n"

    orders = read(text.encode(encoding))

    assert [(line.product.product, line.product.source) for line in orders.lines] == [("Käfig", "käfig.step")]


def test_quoted_cell_may_hold_what_divides_and_ends_lines_and_later_places_are_still_right():
    orders = read('product,source\n"A, of\ntwo lines",a.step\nB,b.step\n')

    assert told(orders)[-1] == ("line 4", "B")
    assert orders.problems[0].place == "line 2"  # an id of two lines cannot be shown


@pytest.mark.parametrize("write", [json.dumps, lambda document: json.dumps(document, indent=1)])
def test_json_describes_types_of_output_beside_its_products(write):
    document = {
        "outputs": {"tile": {"width": 200, "height": 100}, "spin": {"kind": "turntable", "frames": 8}},
        "products": [{"id": "A", "source": "a.step", "outputs": ["tile", "spin"], "priority": 3}],
    }

    orders = read(write(document))

    assert isinstance(orders.types["tile"], StillJob)
    assert orders.types["tile"].width == 200
    assert isinstance(orders.types["spin"], TurntableJob)
    assert orders.lines[0].product.outputs == ("tile", "spin")


def test_yaml_says_the_same():
    orders = read(
        "outputs:\n  tile: {width: 200, height: 100}\n"
        "products:\n- product: A\n  source: a.step\n  outputs: tile\n"
        "  materials:\n  - {parts: 'ball*', color: '#ff0000', roughness: 0.2}\n"
    )

    assert orders.lines[0].product.outputs == ("tile",)
    assert orders.lines[0].product.materials[0].roughness == 0.2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,other.step,still,,", "found this id on line 2 too"),
        ("B,b.step,stil,,", "did you mean still"),
        ("B,,still,,", "source"),
        (",b.step,still,,", "product"),
        ("B,https://u:secret@example.com/b.step,still,,", "without user name"),
        ("B,b.step,still,ball red,", "expected such as `ball"),
        ("B,b.step,still,ball=#12345,", "expected such as `ball"),
        ("B,b.step,still,,high", "priority"),
        ("B,b.step,still,,1,more,and,more", "columns"),
        ("B,b.step,../../x,,", "outputs"),
    ],
)
def test_bad_line_is_told_with_its_number_and_the_rest_goes_on(line, reason):
    orders = read(f"product,source,outputs,materials,priority\nA,a.step,still,,\n{line}\nZ,z.step,still,,\n")

    assert told(orders) == [("line 2", "A"), ("line 4", "Z")]
    assert [problem.place for problem in orders.problems] == ["line 3"]
    assert reason in orders.problems[0].reason
    assert "secret" not in orders.problems[0].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected a list of products"),
        ("product,source\n", "empty list"),
        ("[]", "empty list"),
        ("{", "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ("a: &x [1]\nb: *x\n", r"found \*x on line 2"),
        ("a: " + "[" * 100_000 + "]" * 100_000, "100 lists in one another, found more on line 1"),
        ("- " * 100_000, "100 lists in one another"),
        ("a: " + ":".join("1" * 10_000), "letters a value, found more on line 1"),
        ("a: 1\n" * (MOST_LETTERS_OF_YAML // 5 + 1), "write so long a list as CSV or JSON"),
        ("- product: A\n  source: !!timestamp x\n", "timestamp' on line 2; leave it out"),
        ("? [a]\n: 1\n", "a key that is no text"),
        ("products: []\nproducts: []\n", "'products' twice"),
        ('{"products": [], "products": []}', "'products' twice"),
        ('{"products": [], "outputs": {"t": {}, "t": {}}}', "'t' twice"),
        ('{"products": [], "outputs": {"t": {"width": 100, "width": 200}}}', "'width' twice"),
        ('{"products": [], "outputs": {"t": {"kind": ["still"]}}}', "still or turntable"),
        ("product,source,material\nA,a.step,x=#ff0000\n", "found 'material'; did you mean materials"),
        ("product,source,source\nA,a.step,b.step\n", "source twice"),
        ("{}", "expected a list of products"),
        ('{"products": {}}', "expected a list of products"),
        ('{"products": [], "outputs": [1]}', "under its name"),
        ('{"products": [], "other": 1}', "other"),
        ('{"products": [], "outputs": {"t": {"width": 1}}}', "output type t: width"),
        ('{"products": [], "outputs": {"t": {"source": "x"}}}', "belong to a product"),
        ('{"products": [], "outputs": {"t": {"kind": "film"}}}', "still or turntable"),
        ("!!python/object/apply:os.system [ls]", "found"),
        ("\x00\x01", "found"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(text, reason):
    with pytest.raises(BadInput, match=reason) as refused:
        read(text)

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_product_with_more_materials_than_a_job_takes_is_told_and_the_rest_goes_on():
    materials = ";".join(f"part{number}=#ff0000" for number in range(MOST_OVERRIDES + 1))

    orders = read(f"product,source,materials\nA,a.step,{materials}\nB,b.step,\n")

    assert told(orders) == [("line 3", "B")]
    assert "materials: Tuple should have at most 100" in orders.problems[0].reason


@pytest.mark.parametrize("swallows", ["C,c.step\nD,d.step\n", 'C,c.step\n"D",d.step\n'])
def test_quote_that_is_not_closed_swallows_no_other_product(swallows):
    orders = read(f'product,source\nA,a.step\n"B,b.step\n{swallows}')

    assert told(orders) == [("line 2", "A"), ("line 4", "C"), ("line 5", "D")]
    assert [problem.place for problem in orders.problems] == ["line 3"]
    assert "a quote that opens here and is not closed" in orders.problems[0].reason


def test_blank_after_a_closed_quote_is_no_fault():
    assert told(read('product,source\n"A" ,"a.step"\n')) == [("line 2", "A")]


def test_cell_of_blanks_is_read_in_a_time_of_its_length():
    blanks = " " * 100_000

    orders = read(f"product,source,materials\nA,a.step,a=#ff0000;b{blanks}=#ff0000;{blanks}x\n")

    assert "expected such as `ball" in orders.problems[0].reason


@pytest.mark.parametrize("before", ["sep=;\n", "# made by hand\n\n# twice\n", '"sep=;"\r\n'])
def test_what_stands_before_the_header_is_passed_over_and_places_are_still_right(before):
    orders = read(f"{before}product;source\nA;a.step\n")

    assert told(orders) == [(f"line {before.count(chr(10)) + 2}", "A")]


def test_column_of_another_matter_is_left_alone_and_named_in_the_log(caplog):
    orders = read("product,source,product_name,colour\nA,a.step,Gear,red\n")

    assert told(orders) == [("line 2", "A")]
    assert "are not read: 'product_name', 'colour'" in caplog.text


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('[{"product": 608, "source": "a"}]', ["608"]),
        (
            "- {id: 608, source: a}\n- {product: 0600, source: b}\n- {id: NO, source: c}\n",
            ["608", "0600", "NO"],
        ),
    ],
)
def test_id_that_looks_like_something_else_is_the_text_that_was_written(text, ids):
    assert [product for _, product in told(read(text))] == ids


@pytest.mark.parametrize(
    "fields",
    ['"source": "a", "source": "b"', '"id": "A", "source": "b"', '"materials": [{"color": 1, "color": 2}]'],
)
def test_product_that_says_something_twice_is_told_and_the_rest_goes_on(fields):
    orders = read(f'[{{"product": "A", {fields}}}, {{"product": "Z", "source": "z"}}]')

    assert told(orders) == [("product 2", "Z")]
    assert (orders.problems[0].place, orders.problems[0].product) == ("product 1", "A")
    assert "twice; keep one of them" in orders.problems[0].reason


@pytest.mark.parametrize(
    "text", ["- {id: A, source: a, outputs: , materials: ~}", '[{"id": "A", "source": "a", "outputs": null}]']
)
def test_field_that_is_null_is_one_that_is_not_said(text):
    assert [line.product.outputs for line in read(text).lines] == [("still",)]


def test_yaml_of_more_values_than_can_be_read_in_seconds_is_refused_before_it_is_constructed(monkeypatch):
    monkeypatch.setattr(documents, "MOST_EVENTS", 20)

    with pytest.raises(BadInput, match="at most 20 values, found more on line 4"):
        read("products:\n" + "- {product: A, source: a}\n" * 3)


def test_list_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(BadInput, match="at most"):
        read(b"\0" * (MOST_BYTES + 1))


def test_types_in_the_list_come_before_the_callers_and_these_before_the_usual_ones():
    text = json.dumps({"outputs": {"still": {"width": 111}}, "products": [{"id": "A", "source": "a"}]})

    orders = read(text, still={"width": 222}, hero={"width": 333})

    assert (orders.types["still"].width, orders.types["hero"].width) == (111, 333)
