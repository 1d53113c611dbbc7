"""The words above the parts of a page that are not its story, and how far such a part goes.

To add words, add them to the line of their zone and language in ``HEADINGS`` (a short line of its
own that opens a part) or ``LINES`` (a line that is no part of the story by itself).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from digest.collect.extract.blocks import (
    STORY,
    Block,
    Container,
    Kind,
    Zone,
    ends_sentence,
    plain,
    width,
)
from digest.collect.extract.labels import whole_label

HEADINGS: dict[Zone, tuple[str, ...]] = {
    Zone.RELATED: (
        "related|related articles|related stories|related story|related coverage|related reading"
        "|related content|related posts|related briefs|related news|related links|read next"
        "|read more|read also|read this next|more stories|more on this|more on this story"
        "|more on this topic|more like this|more coverage|more articles|more to read|more briefs"
        "|you may also like|you might also like|you may have missed|recommended|recommended for you"
        "|recommended reading|recommended stories|further reading|keep reading|continue reading"
        "|see also|also read|also of interest|also on this topic|what to read next|up next"
        "|from the archive|from our archive|editors' picks|earlier coverage|previous coverage",
        "mehr zum thema|verwandte artikel|ähnliche artikel|weitere artikel|lesen sie auch"
        "|lesen sie mehr|auch interessant|das könnte sie auch interessieren|zum weiterlesen"
        "|mehr dazu|weiterführende artikel|passend dazu",
        "à lire aussi|lire aussi|articles liés|articles similaires|sur le même sujet"
        "|sur le même thème|pour aller plus loin|à lire ensuite|vous aimerez aussi|lire également"
        "|notre sélection",
        "artículos relacionados|noticias relacionadas|relacionados|te puede interesar|lea también"
        "|le puede interesar|lee también|leer también|más sobre este tema|también te puede gustar"
        "|más información|contenido relacionado|sigue leyendo",
        "articoli correlati|leggi anche|potrebbe interessarti|potrebbe interessarti anche"
        "|notizie correlate|per approfondire|sullo stesso tema|correlati",
        "artigos relacionados|notícias relacionadas|leia também|leia mais|veja também"
        "|ler também|mais sobre este tema|conteúdo relacionado",
        "gerelateerde artikelen|gerelateerd|lees ook|lees meer|lees verder|meer over dit onderwerp"
        "|meer lezen|verder lezen",
        "مقالات ذات صلة|مواضيع ذات صلة|أخبار ذات صلة|ذات صلة|اقرأ أيضا|اقرأ أيضًا|المزيد حول",
        "читайте также|по теме|материалы по теме|похожие материалы|связанные материалы"
        "|еще по теме|читать дальше",
        "関連記事|関連ニュース|あわせて読みたい|関連リンク|こちらもおすすめ|おすすめ記事",
        "läs också|läs mer|relaterade artiklar|les også|læs også|czytaj także|powiązane artykuły"
        "|czytaj również|související články|čtěte také|ilgili haberler|σχετικά άρθρα"
        "|читайте також|相关文章|相关阅读|延伸閱讀|관련 기사|כתבות נוספות|مطالب مرتبط",
    ),
    Zone.SHARE: (
        "share|share this|share this article|share this story|share on|share via|share article"
        "|follow us|follow us on|spread the word|social media|connect with us|stay connected",
        "teilen|artikel teilen|beitrag teilen|folgen sie uns|partager|partager cet article"
        "|suivez-nous|compartir|comparte|compartir en|síguenos|condividi|seguici|compartilhe"
        "|compartilhar|partilhar|partilhe|siga-nos|deel|delen|deel dit artikel|volg ons"
        "|شارك|شارك المقال|تابعنا|поделиться|поделитесь|подписывайтесь|シェア|シェアする|共有",
    ),
    Zone.CONTENTS: (
        "contents|table of contents|in this article|on this page|in this story|jump to"
        "|in this brief"
        "|inhalt|inhaltsverzeichnis|in diesem artikel|sommaire|table des matières|dans cet article"
        "|contenido|índice|tabla de contenidos|en este artículo|indice|sommario"
        "|in questo articolo|sumário|neste artigo|inhoud|inhoudsopgave|in dit artikel|المحتويات"
        "|في هذا المقال|содержание|оглавление|目次",
    ),
    Zone.SIDEBAR: (
        "most read|most popular|most viewed|most shared|trending|trending now|popular|popular now"
        "|popular stories|top stories|latest|latest news|latest stories|latest posts|latest briefs"
        "|recent posts|recent articles|what's new|live now|just in|today's headlines|quick links",
        "meistgelesen|am meisten gelesen|beliebt|neueste artikel|aktuelles|les plus lus"
        "|les plus lues"
        "|populaires|dernières nouvelles|à la une|lo más leído|más leídas|lo más visto"
        "|últimas noticias"
        "|i più letti|più letti|ultime notizie|mais lidas|mais lidos|últimas notícias|meest gelezen"
        "|populair|laatste nieuws|الأكثر قراءة|آخر الأخبار|самое читаемое|популярное"
        "|последние новости|ランキング|人気記事|新着記事|最新ニュース",
    ),
    Zone.NEWSLETTER: (
        "newsletter|our newsletter|subscribe|subscribe now|sign up|sign up for our newsletter"
        "|join us"
        "|subscribe to our newsletter|get our newsletter|get the newsletter|stay informed"
        "|join our list"
        "|the newsletter|stay up to date|never miss a story|get our briefs by e-mail"
        "|get our briefs",
        "newsletter abonnieren|unser newsletter|abonnez-vous|notre newsletter|inscrivez-vous"
        "|suscríbete|suscríbase|boletín|nuestro boletín|iscriviti|iscriviti alla newsletter"
        "|assine|assine a newsletter|subscreva|nieuwsbrief|meld je aan|schrijf je in"
        "|النشرة البريدية|اشترك|اشترك في نشرتنا|подписка|рассылка|подпишитесь"
        "|подпишитесь на рассылку|メールマガジン|ニュースレター|ニュースレター登録",
    ),
    Zone.COMMENTS: (
        "comments|comment|leave a comment|leave a reply|join the discussion|join the conversation"
        "|reader comments|your comments|responses|discussion|add a comment|post a comment"
        "|kommentare"
        "|kommentar schreiben|commentaires|laisser un commentaire|comentarios|deja un comentario"
        "|commenti|lascia un commento|comentários|deixe um comentário|reacties|plaats een reactie"
        "|تعليقات|التعليقات|اترك تعليقا|комментарии|оставить комментарий|コメント",
    ),
    Zone.COOKIE: (
        "cookies|cookie notice|cookie settings|cookie policy|your privacy|we value your privacy"
        "|privacy settings|manage consent|this site uses cookies|we use cookies"
        "|cookie-einstellungen"
        "|ihre privatsphäre|gestion des cookies|votre vie privée|aviso de cookies|tu privacidad"
        "|informativa sui cookie|aviso de cookies|cookie-instellingen|ملفات تعريف الارتباط"
        "|クッキーについて|cookieについて|настройки cookie",
    ),
    Zone.BIO: (
        "about the author|about the authors|about the writer|about the contributor|the author"
        "|author|contributors|über den autor|über die autorin|zur person|à propos de l'auteur"
        "|l'auteur|sobre el autor|sobre la autora|l'autore|sull'autore|sobre o autor|sobre a autora"
        "|over de auteur|عن الكاتب|об авторе|筆者紹介|著者紹介|執筆者",
    ),
    Zone.MENU: (
        "menu|main menu|navigation|sections|topics|tags|categories|filed under|site map"
        "|skip to content"
        "|menü|rubriken|schlagwörter|rubriques|secciones|temas|etiquetas|sezioni|argomenti|seções"
        "|secções|rubrieken|onderwerpen|القائمة|الأقسام|меню|рубрики|теги|メニュー|カテゴリー|タグ",
    ),
    Zone.FOOTER: (
        "about us|contact us|contact|terms of use|privacy policy|legal|imprint|impressum"
        "|datenschutz"
        "|mentions légales|aviso legal|note legali|contactez-nous|contacto|contatti|kontakt"
        "|all rights reserved|company|support us|footer|corporate|customer service|help",
    ),
    Zone.PROMO: (
        "advertisement|sponsored|sponsored content|promoted|anzeige|werbung|publicité|publicidad"
        "|pubblicità|publicidade|advertentie|إعلان|реклама|広告|support our work|donate",
    ),
}

LINES: tuple[str, ...] = (
    "watch now|listen now|listen|listen to this article|play|watch|video|audio|photo|photos|search"
    "|log in|login|sign in|register|home|print|print this|e-mail|email|copy link|save|bookmark"
    "|download pdf|back to top|scroll to top|close|open menu|show more|load more|view all|see all"
    "|read the full story|input clean|loading|accept|accept all|reject all|got it|next|previous"
    "|next article|previous article|send|submit|your e-mail address|e-mail address|email address"
    "|facebook|x|twitter|linkedin|whatsapp|telegram|reddit|mastodon|bluesky|instagram|youtube|rss"
    "|pinterest|threads|pocket|flipboard|xing|tumblr|signal|messenger|line|hatena|vk|viber",
    "drucken|anmelden|suche|startseite|imprimer|connexion|rechercher|accueil|imprimir|buscar"
    "|iniciar sesión|inicio|stampa|cerca|accedi|pesquisar|entrar|início|afdrukken|zoeken|inloggen"
    "|بحث|طباعة|الرئيسية|تسجيل الدخول|поиск|войти|печать|главная|検索|印刷|ログイン|ホーム",
)
SHARING = frozenset(
    plain(one)
    for line in (
        "facebook|x|twitter|linkedin|whatsapp|telegram|reddit|mastodon|bluesky|instagram|youtube",
        "pinterest|threads|pocket|flipboard|xing|tumblr|signal|messenger|hatena|vk|viber|skype",
        "email|e-mail|print|line|sms|rss|weibo|wechat",
    )
    for one in line.split("|")
)

_CONTINUED = re.compile(
    r"^(?:more (?:from|on|about|in)|related to|mehr aus|mehr von|mehr zu|plus sur|más sobre|más de"
    r"|altro su|mais sobre|meer over|meer uit|еще из|другие материалы) \S"
)
_CREDIT = re.compile(r"^(?:©|\(c\) \d{4}|copyright\b|all rights reserved)", re.IGNORECASE)
_CALL = re.compile(
    r"^(?:sign up|subscribe|follow us|log in|welcome! log in|download our|get our|join our|support"
    r" our|like what you|enjoying this|click here|this site uses cookies|we use cookies|by clicking"
    r"|advertisement|abonnieren sie|abonnez-vous|suscríbete|iscriviti|assine|schrijf je in"
    r"|اشترك|подпишитесь|подписывайтесь)\b",
    re.IGNORECASE,
)
_READ_ALSO = re.compile(
    r"^(?:related|read more|read also|read next|see also|also read|more|mehr zum thema"
    r"|lesen sie auch"
    r"|à lire aussi|lire aussi|lea también|lee también|leggi anche|leia também|lees ook"
    r"|читайте также"
    r"|اقرأ أيضا|اقرأ أيضًا|関連記事)\s?[:：–—|»›]\s?",
    re.IGNORECASE,
)


def _by_words() -> dict[str, Zone]:
    return {
        plain(one): zone
        for zone, lines in HEADINGS.items()
        for line in lines
        for one in line.split("|")
    }


_HEADING_ZONES = _by_words()
_LINE_WORDS = frozenset(plain(one) for line in LINES for one in line.split("|"))


def heading_zone(block: Block) -> Zone | None:
    """The zone that this heading or short line opens."""
    if len(block.text) > 80 or block.byline:
        return None
    words = plain(block.text)
    found = _HEADING_ZONES.get(words)
    if found is None and _CONTINUED.match(words) and not ends_sentence(block.text):
        # "More from Business"; but "More on this quay than …" is a sentence or a title.
        return Zone.RELATED if len(words.split()) <= 5 and block.linked < 0.5 else None
    if found is None or (block.linked > 0.5 and block.kind is not Kind.HEADING):
        return None  # a link with these words is a way there, not the part itself
    return found


def is_interface(text: str) -> bool:
    """Whether a line belongs to the page's controls ("Watch Now", "Log in", "© 2031 …")."""
    if len(text) > 240:
        return False
    words = plain(text)
    if words in _LINE_WORDS or words in _HEADING_ZONES or not words:
        return True
    return bool(_CREDIT.match(text) or (_CALL.match(text) and len(text) < 160))


def read_also(text: str) -> str | None:
    """The title behind "Read also: ", where ``text`` is such a line."""
    found = _READ_ALSO.match(text) if len(text) < 240 else None
    return text[found.end() :] if found else None


def with_sections(blocks: Sequence[Block], containers: Sequence[Container]) -> list[Block]:
    """The blocks, each in the zone of the heading that it stands under."""
    found = list(blocks)
    prose = [0, *accumulate(one.is_prose and one.zone in STORY for one in blocks)]
    at = 0
    while at < len(found):
        zone = heading_zone(found[at]) if found[at].zone in STORY else None
        if zone is None:
            at += 1
            continue
        # Above the story, the words stand in menus; below it, such a part goes on to the end.
        end = _end_of(zone, at, found, containers, late=prose[at] >= 2)
        for index in range(at, end):
            if found[index].zone in STORY or zone is Zone.RELATED:
                found[index] = replace(found[index], zone=zone)
        at = max(end, at + 1)
    return found


def _end_of(
    zone: Zone,
    start: int,
    blocks: Sequence[Block],
    containers: Sequence[Container],
    *,
    late: bool,
) -> int:
    """One past the last block of the part that ``blocks[start]`` opens."""
    limit = _box_end(start, blocks, containers)
    group = 0
    for at in range(start + 1, limit):
        block = blocks[at]
        if at == start + 1 and block.kind is Kind.ITEM:
            group = block.group
        boxed = limit < len(blocks)
        if _opens_other(block, blocks[start]):
            return at
        if _returns_to_story(zone, block, group, boxed=boxed, late=late):
            return at
    return limit


def _box_end(start: int, blocks: Sequence[Block], containers: Sequence[Container]) -> int:
    """The end of the smallest element around the heading that holds more than it."""
    if not containers:
        return len(blocks)
    box = containers[blocks[start].container]
    while box.end - box.first <= 1 and box.parent >= 0:
        box = containers[box.parent]
    return max(box.end, start + 1)


def _opens_other(block: Block, heading: Block) -> bool:
    """Whether another part begins here."""
    if heading_zone(block) is not None:
        return True
    if block.kind is not Kind.HEADING or not block.level or block.linked > 0.5 or block.group:
        return False
    return 0 < block.level <= heading.level


def _returns_to_story(zone: Zone, block: Block, group: int, *, boxed: bool, late: bool) -> bool:
    """Whether the story goes on here, after links or a call amid it."""
    if late and zone in (Zone.COMMENTS, Zone.FOOTER):
        return False
    if late and zone is Zone.RELATED:
        return bool(group) and block.group != group and _is_story(block)
    if whole_label(block.text) is not None:
        return not boxed and not late and zone is not Zone.COOKIE
    return _is_story(block) or (block.kind is Kind.HEADING and width(block.text) > 25 and not boxed)


def _is_story(block: Block) -> bool:
    return block.kind is Kind.PARAGRAPH and block.linked < 0.5 and width(block.text) >= 110
