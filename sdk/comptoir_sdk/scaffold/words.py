"""The words of the template in each language: (English, French, Arabic)."""

WORDS = {
    "table": [("Add to @TITLE@", "Ajouter à @TITLE@", "الإضافة إلى @TITLE@")],
    "fragment": [
        ("@TITLE@", "@TITLE@", "@TITLE@"),
        ("Nothing yet.", "Rien pour l’instant.", "لا شيء بعد."),
        ("Something to keep", "À retenir", "شيء للحفظ"),
        ("Keep", "Retenir", "حفظ"),
        ("Write 1 to 500 characters.", "Écrivez de 1 à 500 caractères.", "اكتب من 1 إلى 500 حرف."),
    ],
    "element": [("@TITLE@, counted", "@TITLE@, en nombre", "@TITLE@ بالعدد")],
}
COUNTED = ("{n} thing kept", "{n} things kept")
PLURALS = {
    "en": ("nplurals=2; plural=(n != 1);", ("{n} thing kept", "{n} things kept")),
    "fr": ("nplurals=2; plural=(n > 1);", ("{n} chose retenue", "{n} choses retenues")),
    "ar": ("nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 "
           "&& n%100<=99 ? 4 : 5);",
           ("لا شيء محفوظ", "شيء واحد محفوظ", "شيئان محفوظان", "{n} أشياء محفوظة", "{n} شيئاً محفوظاً", "{n} شيء محفوظ")),
}


def catalogue(locale: str, parts: frozenset[str]) -> str:
    """A gettext file of what these parts say."""
    formula, counted = PLURALS[locale]
    lines = ['msgid ""', 'msgstr ""', f'"Language: {locale}\\n"', '"Content-Type: text/plain; charset=UTF-8\\n"',
             f'"Plural-Forms: {formula}\\n"']
    place = ("en", "fr", "ar").index(locale)
    for part, words in WORDS.items():
        for word in words if part in parts else ():
            lines += ["", f'msgid "{word[0]}"', f'msgstr "{word[place]}"']
    if "element" in parts:
        lines += ["", f'msgid "{COUNTED[0]}"', f'msgid_plural "{COUNTED[1]}"',
                  *(f'msgstr[{number}] "{form}"' for number, form in enumerate(counted))]
    return "\n".join(lines) + "\n"
