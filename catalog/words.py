"""Words to search by, from names in any script. Pure."""

import re
import unicodedata

LONGEST = 40
# Characters that are words by themselves: Chinese, Japanese and Korean.
SINGLE = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORD = re.compile(rf"[{SINGLE}]|[^\W_{SINGLE}]+")


def words_of(*texts: str) -> list[str]:
    """The distinct words of the texts in order: folded, without accents; one character each for Chinese."""
    folded = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    # NFKD takes Korean syllables apart; they are put together again.
    return list(dict.fromkeys(word[:LONGEST] for word in WORD.findall(unicodedata.normalize("NFC", plain))))
