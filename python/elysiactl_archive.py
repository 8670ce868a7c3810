#!/usr/bin/env python3
"""Reads the archives of elysiactl, and checks them, in Python alone.

    import elysiactl_archive
    archive = elysiactl_archive.open("backups/Article/20261129t111333z-f9f989e9dd")
    for found in archive:                 # {"id": …, "properties": {…}, "vector": [0.1, …], "updated_ms": …}
        print(found["id"])
    table = archive.to_pandas()           # a DataFrame, a row an object
    archive.verify()                      # raises Damaged where anything is not as the manifest says

    python3 elysiactl_archive.py PATH [--verify] [--schema] [--limit N] [--no-vectors] [--times] [--base DIR]

What it opens: the directory of an archive (JSON lines, JSON, Parquet; full, or an increment with its bases beside it), an
archive in a single file or a pipe (-), a JSON document of the original (v1.0), the directory of a Weaviate server's own Parquet
export, and plain JSON lines, each of them compressed or not.

It needs Python 3.9 or later and nothing else for plain, gzip and JSON. zstd needs one of: Python 3.14, the package zstandard,
the package pyarrow. lz4 needs the package lz4 or pyarrow. Parquet needs pyarrow, and DataFrames pandas.

Nothing of a part is given out before the SHA-256 of its file was right; what only an end can prove (a single file, a pipe) is an
error at the end. Memory: one object of JSON lines, one batch of 1024 rows of Parquet; of a chain one of each archive.
It was written from docs/archives.md and docs/archives-parquet.md alone.
"""
from __future__ import annotations

import argparse
import base64
import decimal
import gzip
import hashlib
import heapq
import io
import itertools
import json
import math
import os
import re
import struct
import sys
import uuid

__all__ = ["open", "Archive", "Damaged", "Unsupported", "identity"]

CHUNK = 1 << 18
HEADER_BYTES, LINE_BYTES, MANIFEST_BYTES = 64 << 20, 256 << 20, 1 << 30
MOST_LINKS = 1000
ROWS = 1024


class Damaged(Exception):
    """The bytes are not what the archive says that they are."""


class Unsupported(Exception):
    """This Python lacks a package that is needed, or the path is no archive. The message says what to do."""


def need(condition, fault):
    if not condition:
        raise Damaged(fault)


# ---------------------------------------------------------------- JSON, as archives have it


def parse(text):
    """Integers keep their digits, and -0 its sign."""
    try:
        return json.loads(text, parse_int=whole, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"not JSON: {error}") from error


def whole(digits):
    """Python refuses texts of more than 4300 digits, and so do we."""
    return -0.0 if digits == "-0" else int(digits)


def no_number(name):
    raise ValueError(f"{name} is not a number of JSON")


DECODER = json.JSONDecoder(parse_int=whole, parse_constant=no_number)


def number(value):
    """As ECMAScript writes it."""
    if isinstance(value, int):
        return str(value)
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return sign + "0"
    _, digits, exponent = decimal.Decimal(repr(abs(value))).normalize().as_tuple()
    digits, point = "".join(map(str, digits)), len(digits) + exponent
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def string(value):
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)


def utf16(key):
    return key.encode("utf-16-be", "surrogatepass")


def compact(value, canonical=False):
    """JSON without spaces; canonical: keys in order of UTF-16 code units, those that are null left out."""
    if isinstance(value, dict):
        keys = [key for key in value if not (canonical and value[key] is None)]
        if canonical:
            keys.sort(key=utf16)
        return "{" + ",".join(f"{string(key)}:{compact(value[key], canonical)}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(compact(one, canonical) for one in value) + "]"
    if isinstance(value, str):
        return string(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return number(value)


class JsonStream:
    """JSON values out of bytes that are read as they are needed. Memory: a value, or a piece."""

    def __init__(self, file):
        self.file, self.text, self.at, self.ended = file, "", 0, False
        self.decode = io.TextIOWrapper(file, encoding="utf-8", errors="strict")

    def more(self):
        if self.ended:
            return False
        need(len(self.text) - self.at <= LINE_BYTES, "a value of more than 256 MiB")
        try:
            read = self.decode.read(max(CHUNK, len(self.text) - self.at))
        except UnicodeDecodeError as error:
            raise Damaged(f"not UTF-8: {error}") from error
        self.text, self.at, self.ended = self.text[self.at :] + read, 0, read == ""
        return not self.ended

    def peek(self):
        """The next character that is no white space; empty at the end."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in " \t\r\n\ufeff":
                    return self.text[self.at]
                self.at += 1
            if not self.more():
                return ""

    def take(self, expected):
        found = self.peek()
        need(found != "" and found in expected, f"{found or 'the end'} where one of {expected} has to be")
        self.at += 1
        return found

    def value(self):
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
                # A number may go on in the next piece.
                if end < len(self.text) or not self.more():
                    self.at = end if end <= len(self.text) else len(self.text)
                    return value
            except (ValueError, RecursionError) as error:
                if not self.more():
                    raise Damaged(f"not JSON: {error}") from error

    def array(self):
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            if self.take(",]") == "]":
                return

    def keys(self):
        """The keys of an object; the value of each has to be taken before the next key."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            key = self.value()
            need(isinstance(key, str), "a key that is not text")
            self.take(":")
            yield key
            if self.take(",}") == "}":
                return


# ---------------------------------------------------------------- bytes


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def file_sha256(path):
    digest = hashlib.sha256()
    with io.open(path, "rb") as file:
        for piece in iter(lambda: file.read(CHUNK), b""):
            digest.update(piece)
    return digest.hexdigest()


def compression_of(head):
    """By the first bytes: gzip, zstd and lz4 frames."""
    for magic, name in ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x04\x22\x4d\x18", "lz4")):
        if head.startswith(magic):
            return name
    return "none"


def decompressed(file, compression):
    """A file of bytes, decompressed as it is read."""
    if compression == "none":
        return file
    if compression == "gzip":
        return io.BufferedReader(gzip.GzipFile(fileobj=file), CHUNK)
    if compression == "zstd":
        try:
            from compression import zstd  # Python 3.14

            return io.BufferedReader(zstd.ZstdFile(file), CHUNK)
        except ImportError:
            pass
        try:
            import zstandard

            reader = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(file, read_across_frames=True)
            return io.BufferedReader(reader, CHUNK)
        except ImportError:
            return by_arrow(file, "zstd", "zstandard")
    if compression == "lz4":
        try:
            import lz4.frame

            return io.BufferedReader(lz4.frame.LZ4FrameFile(file), CHUNK)
        except ImportError:
            return by_arrow(file, "lz4", "lz4")
    raise Unsupported(f"the compression {compression} is unknown to this reader")


def by_arrow(file, codec, package):
    try:
        import pyarrow
    except ImportError:
        raise Unsupported(f"{codec} needs the package {package} or pyarrow: pip install {package}") from None
    return io.BufferedReader(pyarrow.CompressedInputStream(pyarrow.PythonFile(file, mode="r"), codec), CHUNK)


# What the libraries above raise where bytes are no such frames, or end in one.
FAULTS = (EOFError, OSError, RuntimeError, ValueError, struct.error)


def undamaged(items, where):
    """The same items; what a codec raises is damage, and says where."""
    try:
        yield from items
    except Damaged as fault:
        raise Damaged(f"{where}: {fault}") from fault
    except FAULTS as fault:
        if isinstance(fault, OSError) and fault.errno is not None:
            raise
        raise Damaged(f"{where}: {fault}") from fault
    except Exception as fault:
        if type(fault).__module__.split(".")[0] in ("zlib", "zstandard", "compression", "_zstd", "pyarrow"):
            raise Damaged(f"{where}: {fault}") from fault
        raise


def first_of(items, where):
    """The first of a generator, which goes on."""
    return next(undamaged((next(items, b"") for _ in (0,)), where))


def lines_of(file, limit=LINE_BYTES):
    """Lines, each with its end: the last one may lack it."""
    for line in iter(lambda: file.readline(limit + 1), b""):
        need(len(line) <= limit, f"a line of more than {limit} bytes")
        yield line


# ---------------------------------------------------------------- objects


def packed(value):
    """A vector as base64, a multi-vector as a list of them, however it was written."""
    if isinstance(value, str):
        return value
    need(isinstance(value, list), "a vector that is neither numbers nor base64")
    if value and isinstance(value[0], (list, str)):
        return [packed(row) for row in value]
    try:
        return base64.b64encode(struct.pack(f"<{len(value)}f", *value)).decode()
    except (struct.error, OverflowError, TypeError) as error:
        raise Damaged(f"a vector that is not made of float32 numbers: {error}") from error


def floats(value):
    """A vector as numbers, each the float32 as a Python float."""
    if isinstance(value, list):
        return [floats(row) for row in value] if value and isinstance(value[0], (list, str)) else value
    need(isinstance(value, str), "a vector that is neither numbers nor base64")
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Damaged(f"a vector that is not base64: {error}") from error
    need(len(data) % 4 == 0, "a vector that is not made of float32 numbers")
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def identity(found):
    """What the digest of an object is made of: its line without its times."""
    parts = [f'"id":{string(found["id"])}']
    if "tenant" in found:
        parts.append(f'"tenant":{string(found["tenant"])}')
    parts.append(f'"properties":{compact(found["properties"], True)}')
    if "vector" in found:
        parts.append(f'"vector":{compact(packed(found["vector"]))}')
    if found.get("vectors"):
        named = {name: packed(one) for name, one in found["vectors"].items()}
        parts.append(f'"vectors":{compact(named, True)}')
    return ("{" + ",".join(parts) + "}").encode()


def given(found):
    """An object as callers get it: vectors as numbers, properties that are null left out."""
    known = {key: found[key] for key in ("id", "class", "tenant") if key in found}
    known["properties"] = {name: value for name, value in found["properties"].items() if value is not None}
    if "vector" in found:
        known["vector"] = floats(found["vector"])
    if found.get("vectors"):
        known["vectors"] = {name: floats(one) for name, one in found["vectors"].items()}
    return {**known, **{key: found[key] for key in ("created_ms", "updated_ms") if key in found}}


def checked(found):
    """An object of an archive, or Damaged."""
    need(isinstance(found, dict), "a value that is not an object")
    need(isinstance(found.get("id"), str) and isinstance(found.get("properties"), dict), "an object without id or properties")
    need(isinstance(found.get("vectors", {}), dict), "vectors that have no names")
    return found


def key_of(found):
    return (found.get("tenant", ""), found["id"])


class Tally:
    """Counts objects in order, and adds up their digest."""

    def __init__(self):
        self.objects, self.vectors, self.sum, self.last = 0, 0, 0, ""

    def add(self, found):
        need(found["id"] > self.last, f"{found['id']} is out of order")
        self.last = found["id"]
        self.objects += 1
        self.vectors += ("vector" in found) + len(found.get("vectors", {}))
        self.sum += int(sha256(identity(found)), 16)

    def check(self, declared, where):
        need(self.objects == declared["objects"], f"{where} holds {self.objects} objects, not {declared['objects']}")
        need(self.vectors == declared["vectors"], f"{where} holds {self.vectors} vectors, not {declared['vectors']}")
        need(digits(self.sum) == declared["digest"], f"{where} holds other objects than the manifest says")


def digits(sum_of_digests):
    return f"{sum_of_digests % 2**256:064x}"


# ---------------------------------------------------------------- manifest and parts


def unsealed(text, where):
    """The manifest in a text, held against its own SHA-256, and its sums."""
    try:
        sealed = parse(text)
        manifest = sealed["manifest"]
        need(sha256(compact(manifest).encode()) == sealed["sha256"], f"{where} was changed")
        need(manifest["format"] == "elysiactl-archive", f"{where} is not of an archive")
        if manifest["version"] != 1:
            raise Unsupported(f"{where} is of version {manifest['version']}: this reader knows version 1")
        parts, totals = manifest["parts"], manifest["totals"]
        for key in ("objects", "vectors", "bytes", "raw_bytes"):
            need(sum(part[key] for part in parts) == totals[key], f"{where} has wrong totals of {key}")
        need(digits(sum(int(part["digest"], 16) for part in parts)) == totals["digest"], f"{where} has a wrong total digest")
        need(manifest["counts"]["written"] == totals["objects"], f"{where} has wrong counts")
        return manifest
    except (KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{where} is not made as a manifest is: {error!r}") from error


def local(root, name):
    """The path of a file that a manifest names, which has to lie below the archive."""
    segments = name.split("/")
    bad = len(name) > 1024 or "\\" in name or "\0" in name or any(one in ("", ".", "..") for one in segments)
    need(not bad, f"the manifest names the file {name!r}, which no archive may")
    return os.path.join(root, *segments)


def shortest(moment):
    text = moment.replace(tzinfo=None).isoformat()
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "Z"


def cell(value, kind, nested=()):
    """What a property was, from what its column holds."""
    if value is None:
        return None
    if kind.endswith("[]"):
        return [cell(one, kind[:-2], nested) for one in value]
    if kind == "date":
        return shortest(value)
    if kind == "blob":
        return base64.b64encode(value).decode()
    if kind == "object":
        kinds = kinds_of(nested)
        return {name: cell(inner, *kinds[name]) for name, inner in value.items()}
    return [{"beacon": one} for one in value] if kind[0].isupper() else value


def kinds_of(properties):
    return {one["name"]: (one["dataType"][0], one.get("nestedProperties", ())) for one in properties}


def parquet_file(path):
    try:
        import pyarrow.parquet
    except ImportError:
        raise Unsupported("Parquet needs the package pyarrow: pip install pyarrow") from None
    return pyarrow.parquet.ParquetFile(path)


def from_columns(path):
    """The objects of a Parquet part. Memory: 1024 rows."""
    file = parquet_file(path)
    about = {key.decode(): text.decode() for key, text in (file.metadata.metadata or {}).items()}
    columns, schema = parse(about["elysiactl.columns"]), parse(about["elysiactl.schema"])
    kinds = kinds_of(schema.get("properties", ()))
    times = [(name, columns[column]) for name, column in (("created_ms", "created"), ("updated_ms", "updated"))]
    for batch in file.iter_batches(ROWS):
        for row in batch.to_pylist():
            rest = parse(row[columns["rest"]] or '{"properties": {}}')
            properties = {name: cell(row[column], *kinds[name]) for name, column in columns["properties"].items()}
            named = {name: row[column] for name, column in columns["vectors"].items() if row[column] is not None}
            found = {"id": row[columns["id"]], "properties": {**properties, **rest["properties"]}}
            for field in ("tenant", "vector"):
                if field in columns and row[columns[field]] is not None:
                    found[field] = row[columns[field]]
            if "vector" in rest:
                found["vector"] = rest["vector"]
            if named or "vectors" in rest:
                found["vectors"] = {**named, **rest.get("vectors", {})}
            for name, column in times:
                if row.get(column) is not None:
                    found[name] = round(row[column].timestamp() * 1000)
            yield checked(found)


def objects_in(path, encoding):
    """The objects of a part, in its order."""
    form, compression = encoding["format"], encoding["compression"]
    if form == "parquet":
        yield from from_columns(path)
        return
    with io.open(path, "rb") as stored, decompressed(stored, compression) as file:
        if form == "json":
            stream = JsonStream(file)
            yield from map(checked, stream.array())
            need(stream.peek() == "", "there is more after the array")
        elif form == "jsonl":
            for line in lines_of(file):
                need(line.endswith(b"\n"), "the last line is cut short")
                yield checked(parse(line))
        else:
            raise Unsupported(f"the format {form} is unknown to this reader")


class Link:
    """One archive in a directory: its manifest, its parts, and what its index says is gone."""

    def __init__(self, root):
        self.root = root
        path = os.path.join(root, "manifest.json")
        need(os.path.getsize(path) <= MANIFEST_BYTES, "manifest.json is too large")
        with io.open(path, "rb") as file:
            self.manifest = unsealed(file.read(), path)
        with io.open(os.path.join(root, "schema.json"), "rb") as file:
            schema = file.read(MANIFEST_BYTES)
        need(sha256(schema) == self.manifest["schema_sha256"], f"{root}: schema.json was changed")
        need(parse(schema) == self.manifest["schema"], f"{root}: schema.json is not the schema of the manifest")

    @property
    def is_increment(self):
        return self.manifest.get("kind") == "incremental"

    def tenants(self):
        """The names of its tenants; None where its class has none."""
        names = self.manifest.get("tenants")
        return None if names is None else [one["name"] for one in names]

    def tenant_of(self, part):
        return self.manifest["ranges"][part["range"]].get("tenant")

    def of_part(self, part):
        """The objects of a part, once its file is what the manifest says."""
        path, tenant = local(self.root, part["file"]), self.tenant_of(part)
        need(os.path.isfile(path), f"{path} is not there")
        need(os.path.getsize(path) == part["bytes"], f"{path} has {os.path.getsize(path)} bytes, not {part['bytes']}")
        need(file_sha256(path) == part["sha256"], f"{path} was changed")
        tally = Tally()
        for found in undamaged(objects_in(path, self.manifest["encoding"]), path):
            need(found["id"] > part.get("after", ""), f"{path}: {found['id']} is before its part")
            need("up_to" not in part or found["id"] <= part["up_to"], f"{path}: {found['id']} is behind its part")
            if tenant is not None:
                found["tenant"] = tenant
            tally.add(found)
            yield found
        tally.check(part, path)

    def objects(self, tenant=None):
        """Those of a tenant, or of a class without, in order of id. Parts of one range (partitions) are merged."""
        own = [part for part in self.manifest["parts"] if self.tenant_of(part) == tenant]
        for group in side_by_side(own):
            yield from heapq.merge(*map(self.of_part, group), key=key_of)

    def entries(self, tenant):
        """The index of a tenant: (id, SHA-256 or None where the object is gone), in order of id."""
        own = [part for part in self.manifest.get("index", []) if self.tenant_of(part) == tenant]
        for part in sorted(own, key=lambda one: one.get("after", "")):
            path = local(self.root, part["file"])
            need(os.path.isfile(path) and os.path.getsize(path) == part["bytes"], f"{path} is not there, or cut short")
            need(part["bytes"] == 56 * part["entries"], f"{path} does not hold a whole number of entries")
            need(file_sha256(path) == part["sha256"], f"{path} was changed")
            with io.open(path, "rb") as file:
                for piece in iter(lambda: file.read(56 * 4096), b""):
                    for id, _, digest in struct.iter_unpack(">16sQ32s", piece):
                        yield str(uuid.UUID(bytes=id)), None if digest == bytes(32) else digest.hex()


def side_by_side(parts):
    """Parts in order of id, those whose ids may lie between each other together."""
    group, end = [], ""
    for part in sorted(parts, key=lambda one: (one["range"], one.get("after", ""))):
        if group and (end is None or part.get("after", "") < end or part["range"] != group[-1]["range"]):
            if part["range"] == group[-1]["range"]:
                group.append(part)
                end = None if end is None or "up_to" not in part else max(end, part["up_to"])
                continue
        if group:
            yield group
        group, end = [part], part.get("up_to")
    if group:
        yield group


# ---------------------------------------------------------------- what can be opened


class Archive:
    """Objects and their class. Iterate it for the objects, as often as you like (a pipe once)."""

    kind = "archive"
    #: The raw class; None where it is not known (plain JSON lines, a server's export).
    schema = None
    #: The manifest, where there is one before the objects were read.
    manifest = None

    def raw(self):
        """The objects as they are stored. @raises Damaged at the latest at the end."""
        raise NotImplementedError

    def __iter__(self):
        return map(given, self.raw())

    def verify(self):
        """Reads everything, and answers {"objects": …, "digest": …}. @raises Damaged"""
        count = total = 0
        for found in self.raw():
            count, total = count + 1, total + int(sha256(identity(found)), 16)
        return {"objects": count, "digest": digits(total)}

    def to_pandas(self):
        """A DataFrame, a row an object: id, tenant, the properties, vector, vector_NAME, created, updated. Memory: all."""
        try:
            import pandas
        except ImportError:
            raise Unsupported("a DataFrame needs the package pandas: pip install pandas") from None
        frame = pandas.DataFrame.from_records([row_of(found) for found in self])
        for name in ("created", "updated"):
            if name in frame:
                frame[name] = pandas.to_datetime(frame[name], unit="ms", utc=True)
        return frame


def row_of(found):
    """Our columns get underscores in front where a property has their name, as in Parquet."""
    own = {key: found[key] for key in ("id", "tenant", "vector") if key in found}
    own.update({f"vector_{name}": one for name, one in found.get("vectors", {}).items()})
    own.update({name: found[key] for name, key in (("created", "created_ms"), ("updated", "updated_ms")) if key in found})
    row = {}
    for name, value in own.items():
        while name in found["properties"]:
            name = f"_{name}"
        row[name] = value
    return textual({**row, **found["properties"]})


def is_vector(value):
    return bool(value) and isinstance(value[0], float)


def textual(value):
    """Half a surrogate pair has no place in a column of text: U+FFFD takes it, as in Parquet."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {textual(key): textual(one) for key, one in value.items()}
    return [textual(one) for one in value] if isinstance(value, list) and not is_vector(value) else value


class Chain(Archive):
    """An archive in a directory, with the bases that it is an increment of."""

    def __init__(self, root, bases=()):
        self.links = [Link(root)]
        while self.links[0].is_increment:
            need(len(self.links) < MOST_LINKS, f"more than {MOST_LINKS} bases")
            self.links.insert(0, self.base_of(self.links[0], [os.path.dirname(os.path.abspath(root)), *bases]))
        self.manifest = self.links[-1].manifest
        self.schema = self.manifest["schema"]

    def base_of(self, link, places):
        wanted = link.manifest["parent"]
        need(all(one.manifest["id"] != wanted for one in self.links), f"{wanted} is its own base")
        for place in places:
            for candidate in [place, os.path.join(place, wanted), *directories_in(place)]:
                if id_of(candidate) == wanted:
                    found = Link(candidate)
                    fits = found.manifest["collection"] == link.manifest["collection"]
                    need(fits and found.manifest["content"] == "full", f"{wanted} holds something else than its increment")
                    return found
        raise Damaged(f"{link.root} is an increment of {wanted}, which is not there (--base DIR)")

    def raw(self):
        if len(self.links) == 1:
            for tenant in self.links[0].tenants() or [None]:
                yield from self.links[0].objects(tenant)
            return
        tally = {"objects": 0, "sum": 0}
        for tenant in self.links[-1].tenants() or [None]:
            for found in self.newest(tenant):
                tally["objects"] += 1
                tally["sum"] += int(sha256(identity(found)), 16)
                yield found
        state = self.manifest["state"]
        same = (tally["objects"], digits(tally["sum"])) == (state["objects"], state["digest"])
        need(same, f"{self.manifest['id']} with its bases holds {tally['objects']} objects, which are not its state")

    def newest(self, tenant):
        """Of each id what the newest archive says that has it."""
        known = [tenant in (link.tenants() or [None]) for link in self.links]
        begins = max((at + 1 for at, has in enumerate(known) if not has), default=0)
        links = self.links[begins:]
        streams = [self.changes(link, len(links) - at, tenant) for at, link in enumerate(links)]
        for _, same in itertools.groupby(heapq.merge(*streams, key=lambda one: one[:2]), key=lambda one: one[0]):
            found = next(same)[2]
            for _ in same:
                pass
            if found is not None:
                yield found

    @staticmethod
    def changes(link, age, tenant):
        """(id, age, object or None where it is gone), in order of id."""
        present = ((found["id"], age, found) for found in link.objects(tenant))
        if not link.is_increment:
            return present
        gone = ((id, age, None) for id, digest in link.entries(tenant) if digest is None)
        return heapq.merge(present, gone, key=lambda one: one[0])


def directories_in(place):
    try:
        return sorted(entry.path for entry in os.scandir(place) if entry.is_dir())
    except OSError:
        return []


def id_of(root):
    """The id of the archive in a directory; None where there is none, or nothing to be read."""
    try:
        with io.open(os.path.join(root, "manifest.json"), "rb") as file:
            return json.loads(file.read(MANIFEST_BYTES))["manifest"]["id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Single(Archive):
    """An archive in a single file, or a pipe: header, objects, trailer, which proves what was given out before it."""

    kind = "file"

    def __init__(self, opened, where):
        self.opened, self.where = opened, where
        self.lines = lines_of(opened())
        self.first = first_of(self.lines, where)
        need(len(self.first) <= HEADER_BYTES, f"{where}: a header of more than 64 MiB")
        header = parse(self.first)
        self.plan = header["elysiactl_archive"]
        need(sha256(compact(self.plan).encode()) == header.get("sha256"), f"{where}: the header was changed")
        self.schema = self.plan.get("schema")

    def raw(self):
        lines, self.lines = self.lines, None
        if lines is None:
            lines = lines_of(self.opened())
            next(lines, None)
        return undamaged(self.objects(lines), self.where)

    def objects(self, lines):
        bytes_before, tally = hashlib.sha256(self.first), {"objects": 0, "vectors": 0, "sum": 0}
        for line in lines:
            if line.startswith(b'{"elysiactl_manifest":'):
                self.close(parse(line), bytes_before.hexdigest(), tally)
                need(next(lines, None) is None, "there is more after the trailer")
                return
            need(line.endswith(b"\n"), "the file is cut short")
            bytes_before.update(line)
            found = checked(parse(line))
            tally["objects"] += 1
            tally["vectors"] += ("vector" in found) + len(found.get("vectors", {}))
            tally["sum"] += int(sha256(identity(found)), 16)
            yield found
        raise Damaged("the file is cut short: it has no trailer")

    def close(self, trailer, bytes_before, tally):
        need(bytes_before == trailer["sha256"], "the lines were changed")
        self.manifest = unsealed(trailer["elysiactl_manifest"], "the trailer")
        need(self.manifest["id"] == self.plan["id"], "header and trailer are of two archives")
        totals = self.manifest["totals"]
        read = {"objects": tally["objects"], "vectors": tally["vectors"], "digest": digits(tally["sum"])}
        need(all(read[key] == totals[key] for key in read), "the objects are not those of the manifest")


def plain(value, where):
    """An object as `col cat`, Weaviate's REST interface or the original writes it."""
    need(isinstance(value, dict) and isinstance(value.get("properties"), dict), f"{where}: not an object with properties")
    try:
        found = {"id": str(uuid.UUID(value["id"])), "properties": value["properties"]}
    except (KeyError, ValueError, AttributeError, TypeError):
        raise Damaged(f"{where}: an id that is not a UUID") from None
    for key in ("class", "tenant", "vector"):
        if value.get(key):
            found[key] = value[key]
    named = {name: one for name, one in (value.get("vectors") or {}).items() if one}
    if named:
        found["vectors"] = named
    for key, other in (("created_ms", "creationTimeUnix"), ("updated_ms", "lastUpdateTimeUnix")):
        moment = value.get(key, value.get(other))
        if moment is not None:
            found[key] = int(moment)
    return found


class Original(Archive):
    """A JSON document of the Python original, v1.0: {metadata, schema, objects}, its sections in any order."""

    kind = "original"

    def __init__(self, opened, where):
        self.opened, self.where = opened, where
        self.metadata = None
        for _ in undamaged(self.walk(keep=False), where):
            pass
        need(isinstance(self.schema, dict), f"{where}: the document has no schema")

    def raw(self):
        return undamaged(self.walk(keep=True), self.where)

    def walk(self, keep):
        stream, count = JsonStream(self.opened()), 0
        for key in stream.keys():
            if key == "objects":
                for value in stream.array():
                    count += 1
                    if keep:
                        yield plain(value, f"object {count}")
            else:
                value = stream.value()
                if key in ("schema", "metadata"):
                    setattr(self, key, value)


class Lines(Archive):
    """JSON lines of objects, with nothing around them: nobody can say that they are complete."""

    kind = "jsonl"

    def __init__(self, opened, where):
        self.opened, self.where = opened, where

    def raw(self):
        return undamaged(self.objects(), self.where)

    def objects(self):
        for at, line in enumerate(lines_of(self.opened()), 1):
            if line.strip():
                yield plain(parse(line.lstrip(b"\xef\xbb\xbf") if at == 1 else line), f"line {at}")


class Export(Archive):
    """A Weaviate server's own export: Parquet files of another form, in one directory."""

    kind = "export"

    def __init__(self, root):
        self.files = sorted(os.path.join(root, name) for name in os.listdir(root) if name.endswith(".parquet"))
        need(self.files, f"{root}: there is no Parquet file")
        path = os.path.join(root, "export_metadata.json")
        if os.path.exists(path):
            with io.open(path, "rb") as file:
                status = parse(file.read(64 << 20)).get("status")
            need(status == "SUCCESS", f"{path}: the export is not finished ({status})")

    def raw(self):
        for path in self.files:
            yield from undamaged(self.rows(path), path)

    def rows(self, path):
        file = parquet_file(path)
        about = {key.decode(): text.decode() for key, text in (file.metadata.metadata or {}).items()}
        for batch in file.iter_batches(ROWS):
            for row in batch.to_pylist():
                found = {"id": row["id"], "class": about["collection"], "properties": parse(row["properties"] or b"{}") or {}}
                if about.get("tenant"):
                    found["tenant"] = about["tenant"]
                if row["vector"]:
                    found["vector"] = base64.b64encode(row["vector"]).decode()
                named = {**self.named(row["named_vectors"]), **self.named(row["multi_vectors"])}
                if named:
                    found["vectors"] = named
                yield {**found, "created_ms": row["creation_time"], "updated_ms": row["update_time"]}

    @staticmethod
    def named(value):
        return parse(value) or {} if value else {}


def open(path, bases=()):
    """
    The archive at a path, or of a pipe ("-"). `bases`: further directories in which the bases of an increment lie.
    Raises Damaged, or Unsupported where it is none, or a package is missing.
    """
    if path == "-":
        return of_stream(sys.stdin.buffer)
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "manifest.json")):
            return Chain(path, bases)
        if os.path.exists(os.path.join(path, "undo.json")):
            raise Unsupported(f"{path} is the undo of a run: elysiactl col rollback undoes it")
        if os.path.exists(os.path.join(path, "parts.jsonl")):
            raise Damaged(f"{path} is a backup that did not end: it has no manifest.json")
        if any(name.endswith(".parquet") for name in os.listdir(path)):
            return Export(path)
        raise Unsupported(f"{path} holds no archive: there is no manifest.json")
    if not os.path.isfile(path):
        raise Unsupported(f"{path} is not there, or not a regular file")

    def opened():
        file = io.open(path, "rb")
        return decompressed(file, compression_of(file.peek(4)[:4]))

    return of_file(opened, path)


def of_stream(stream):
    """A pipe can be read once."""
    compression, left = compression_of(stream.peek(4)[:4]), [stream]

    def opened():
        if not left:
            raise Unsupported("a pipe can be read once: write it to a file")
        return decompressed(left.pop(), compression)

    file = opened()
    head = file.peek(64) if hasattr(file, "peek") else b""
    left.append(file)
    return of_head(head, lambda: left.pop() if left else opened(), "the pipe")


def of_file(opened, where):
    with opened() as file:
        head = first_of(iter(lambda: file.read(4096), None), where)
    return of_head(head, opened, where)


def of_head(head, opened, where):
    if head.startswith(b'{"elysiactl_archive":'):
        return Single(opened, where)
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if re.match(r'\{\s*"(metadata|schema|objects|object_count)"\s*:', text):
        return Original(opened, where)
    if text.startswith("{"):
        return Lines(opened, where)
    if head.startswith(b"PAR1"):
        raise Unsupported(f"{where} is a table of Parquet, not an archive: pandas.read_parquet reads it")
    raise Unsupported(f"{where} is not an archive: it begins with {head[:20]!r}")


# ---------------------------------------------------------------- the command


def short(value):
    """A float32 with the fewest digits that read back as the same."""
    for precision in range(6, 10):
        text = f"{value:.{precision}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            return float(text)
    return value


def shown(found, with_vectors, with_times):
    """An object as `elysiactl col cat` prints it."""
    row = {key: found[key] for key in ("id", "class", "tenant") if key in found}
    row["properties"] = in_order(found["properties"])
    if with_vectors and "vector" in found:
        row["vector"] = shorts(found["vector"])
    if with_vectors and "vectors" in found:
        row["vectors"] = in_order({name: shorts(one) for name, one in found["vectors"].items()})
    times = ("created_ms", "updated_ms") if with_times else ()
    return compact({**row, **{key: found[key] for key in times if key in found}})


def in_order(value):
    """Objects with their keys in order, at every depth; those that are null left out."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value, key=utf16) if value[key] is not None}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def shorts(value):
    return [shorts(one) if isinstance(one, list) else short(one) for one in value]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Print the objects of an archive as JSON lines, or verify it.")
    parser.add_argument("path", help="a directory, a file, or - for a pipe")
    parser.add_argument("--verify", action="store_true", help="read everything, and print the number of objects and their digest")
    parser.add_argument("--schema", action="store_true", help="print the class")
    parser.add_argument("--limit", type=int, help="how many objects at most")
    parser.add_argument("--no-vectors", action="store_true", help="without their vectors")
    parser.add_argument("--times", action="store_true", help="with the times of the objects, created_ms and updated_ms")
    parser.add_argument("--base", action="append", default=[], metavar="DIR", help="where bases of an increment lie, too")
    options = parser.parse_args(arguments)
    try:
        archive = open(options.path, options.base)
        if options.schema:
            print(json.dumps(archive.schema, indent=2, ensure_ascii=False))
        elif options.verify:
            found = archive.verify()
            print(found["objects"], "objects", found["digest"])
        else:
            for found in itertools.islice(archive, options.limit):
                print(shown(found, not options.no_vectors, options.times))
        sys.stdout.flush()
        return 0
    except Damaged as fault:
        print(f"damaged: {fault}", file=sys.stderr)
        return 4
    except Unsupported as fault:
        print(fault, file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
