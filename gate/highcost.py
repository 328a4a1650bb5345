"""Ranges that toll fraud pumps traffic into, switched on per account only. Prefixes of E.164 digits.

Our own choice, of destinations that are known in the trade for revenue-share fraud (docs/numbering.md); the
Caribbean ones because they look like domestic numbers to who has +1.
"""

HIGH_COST: tuple[str, ...] = (
    "1242", "1246", "1264", "1268", "1284", "1340", "1345", "1441", "1473", "1649", "1658", "1664", "1721", "1758",
    "1767", "1784", "1809", "1829", "1849", "1868", "1869", "1876",  # islands of the North American plan
    "216", "220", "222", "223", "224", "226", "232", "235", "239", "240", "241", "242", "243", "247", "248", "252",
    "257", "261", "263", "265", "269", "290",  # parts of Africa, Comoros, Somalia
    "371", "374", "375", "381", "382", "387", "389",  # Latvia and the Balkans
    "53", "509", "500",  # Cuba, Haiti, Falkland Islands
    "672", "674", "675", "676", "677", "678", "679", "681", "682", "683", "685", "686", "687", "688", "690", "691",
    "692",  # islands of the Pacific
    "850", "960", "967", "992", "993",
)  # fmt: skip
