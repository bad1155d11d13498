"""Where a line of text may end."""

import re

from media.fonts.characters import ZERO_WIDTH_SPACE

GAPS = {" ", ZERO_WIDTH_SPACE}
_AFTER = re.compile(r"[-/\u2010\u2013\u2014]")
_CJK = re.compile(r"[\u2e80-\u30ff\u3130-\u318f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
# JIS X 4051, the part that everybody follows: what must not begin a line, and what must not end one.
_NEVER_FIRST = frozenset(
    "、。,.・:;?!‼⁇⁈⁉ヽヾゝゞ々ー’”)〕]}〉》」』】°′″℃%‰ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ〜～…‥）］｝，．：；？！％"  # noqa: RUF001
)
_NEVER_LAST = frozenset("‘“([{〔〈《「『【¥$£（［｛￥＄￡")  # noqa: RUF001 - those of East Asian texts


def may_break(before: str, after: str) -> bool:
    """Say whether a line may end between two clusters of characters."""
    if after in GAPS or after[0] in _NEVER_FIRST or before[0] in _NEVER_LAST:
        return False
    if before in GAPS or _AFTER.fullmatch(before):
        return True
    return bool(_CJK.match(before) or _CJK.match(after))
