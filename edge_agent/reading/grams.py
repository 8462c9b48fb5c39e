"""A text as numbers: its words, stems and letter groups, counted in buckets by a hash. Pure."""

import math
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterator

SIZE = 16384
"""Buckets, and the bytes that a model of texts takes."""
MOST_CHARACTERS = 4000
"""What comes after is not read."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_TWICE = re.compile(r"(.)\1{2,}")
_LETTERS = (3, 4, 5)
_FULL = 510
"""A single gram would fill its byte at half of this; the more grams, the less each weighs."""

_SHORT = dict(
    re.findall(
        r"(\w+)=(\w+)",
        """
    aj=saja aja=saja bgt=banget bh=buah bkn=bukan blm=belum bln=bulan blum=belum bngt=banget
    bnyk=banyak bpk=bapak brp=berapa bs=bisa bsa=bisa byk=banyak cm=cuma cuman=cuma dak=tidak
    dgn=dengan dlm=dalam dmn=dimana dpt=dapat dr=dari dri=dari ga=tidak gak=tidak gk=tidak
    gmn=gimana hr=hari hrs=harus idak=tidak jd=jadi jg=juga jgn=jangan jl=jalan jlan=jalan jln=jalan
    kab=kabupaten kalo=kalau kalu=kalau kec=kecamatan kel=kelurahan kl=kalau klo=kalau klu=kalau
    kmi=kami kmrn=kemarin knp=kenapa kpn=kapan krn=karena krna=karena lg=lagi lgi=lagi lmpu=lampu
    mhn=mohon mlm=malam msh=masih ndak=tidak ngga=tidak nggak=tidak org=orang pd=pada pke=pakai
    pmrnth=pemerintah rmh=rumah rsk=rusak sampe=sampai sblm=sebelum sdg=sedang sdh=sudah
    sklh=sekolah skrg=sekarang skrng=sekarang sm=sama smpah=sampah smpe=sampai sy=saya tdk=tidak
    tgl=tanggal thn=tahun tlg=tolong tlong=tolong tmpt=tempat trs=terus trus=terus uda=sudah
    udah=sudah udh=sudah utk=untuk yg=yang
    """,
    )
)
"""How people shorten common words when they type."""
_ENDS = (("nya", "lah", "kah", "pun"), ("kan", "an", "i"))
_BEGINS = (
    "memper", "diper", "meng", "meny", "peng", "peny", "mem", "men", "ber", "ter", "pem", "pen", "per",
    "me", "di", "pe", "ke", "se",
)  # fmt: skip
_LEAST_STEM = 4


def features(text: str) -> bytes:
    """`text` in SIZE bytes: each bucket's weight, so that long and short texts are of one length.

    The length is the L2 norm; a gram's weight grows with the logarithm of how often it stands there. An empty
    text gives zeros.
    """
    counts = defaultdict[int, float](float)
    for gram, weight in grams(text):
        counts[zlib.crc32(gram.encode()) % SIZE] += weight
    weights = {bucket: math.log1p(count) for bucket, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    entry = bytearray(SIZE)
    for bucket, weight in weights.items():
        entry[bucket] = min(255, round(_FULL * weight / length))
    return bytes(entry)


def grams(text: str) -> Iterator[tuple[str, float]]:
    """The grams of `text` and what one of each weighs: words, stems, letters within words."""
    for word in words(text):
        base = stem(word)
        yield f"w{word}", 1.0
        yield f"s{base}", 1.0
        framed = f"<{word}>"
        for length in _LETTERS:
            for begin in range(len(framed) - length + 1):
                yield f"c{framed[begin : begin + length]}", 0.3


def words(text: str) -> list[str]:
    """The words of `text`: folded, without accents and drawls, common short forms written out."""
    folded = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS]).casefold()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    found = (_TWICE.sub(r"\1", word) for word in _WORD.findall(plain))
    return ["0" if word[0].isdigit() else _SHORT.get(word, word) for word in found]


def stem(word: str) -> str:
    """`word` without the commonest Indonesian endings and beginnings; no dictionary, only near."""
    for ends in _ENDS:
        end = next((end for end in ends if word.endswith(end) and len(word) - len(end) >= _LEAST_STEM), "")
        word = word.removesuffix(end)
    begin = next((begin for begin in _BEGINS if word.startswith(begin)), "")
    return word[len(begin) :] if len(word) - len(begin) >= _LEAST_STEM else word
