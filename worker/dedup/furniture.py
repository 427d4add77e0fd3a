"""Lines that stand around a story and are no part of it, in the languages of the world's press."""

from __future__ import annotations

import re

FURNITURE = re.compile(
    r"\W*(?:"
    # what else to read, and where
    r"(?:read (?:more|also|next|the full)|also read|more (?:on this|from|stories)|related(?: stories| articles)?:|see also|recommended"
    r"|continue reading|keep reading|click here|view (?:original|comments|gallery)|most read|watch:|listen:|listen to this)\b"
    r"|(?:lesen sie|mehr zum thema|lies auch|auch interessant|weiterlesen|zum thema|hier geht)"
    r"|(?:à lire|a lire|lire aussi|lire la suite|lisez aussi|voir aussi)|(?:lea también|lee también|te puede interesar|más información|ver también|leer más)"
    r"|(?:leia (?:também|mais)|veja também|saiba mais)|(?:leggi anche|leggi tutto|per approfondire)|(?:lees ook|lees meer|lees verder)"
    r"|(?:läs (?:också|mer|även)|les (?:også|mer)|læs (?:også|mere))|(?:czytaj (?:także|też|więcej)|zobacz (?:także|też))"
    r"|(?:читайте (?:также|ещё)|подробнее)|(?:читайте також)|(?:ayrıca (?:oku|bak)|devamını oku|bunu da oku)|(?:اقرأ (?:أيض|المزيد)|مزید پڑھیں|यह भी पढ़ें)"
    r"|(?:関連記事|続きを読む|あわせて読みたい|延伸阅读|相关阅读|阅读更多|관련기사|더 보기)"
    # asking for something
    r"|(?:sign up|subscribe|register|log in|join our|follow (?:us|our|me)|share (?:this|on|via)|support (?:our|independent)|donate|download (?:our|the) app"
    r"|get (?:our|the) (?:daily|latest|free)|have a (?:story|tip)|got a (?:story|tip)|comments are|leave a (?:comment|reply)|join the conversation)\b"
    r"|(?:jetzt (?:den|abonnieren|kostenlos)|newsletter|abonnieren|artikel teilen|teilen auf|folgen sie uns|kommentare)\b"
    r"|(?:abonnez-vous|inscrivez-vous|partager|suivez-nous|s'abonner|commentaires)\b|(?:suscríb|compartir|síganos|síguenos|regístr|comentarios)"
    r"|(?:assine|inscreva-se|compartilhe|siga-nos|siga o)\b|(?:iscriviti|abbonati|condividi|seguici)\b|(?:abonneer|schrijf je in|deel dit|volg ons)\b"
    r"|(?:подпис(?:ывайтесь|аться)|поделиться|підписуйтесь)|(?:abone ol|paylaş|bizi takip)|(?:اشترك|شارك|سبسکرائب|सब्सक्राइब|शेयर करें)|(?:订阅|分享|구독|공유|シェア|メルマガ)"
    # marks of rights, of advertising, of the desk
    r"|(?:advertisement|advertising|sponsored|anzeige|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|annons|annonse|reklama|реклама|reklam|إعلان|اشتہار|विज्ञापन|広告|广告|광고)\W*$"
    r"|(?:copyright|©|\(c\) ?\d{4}|all rights reserved|alle rechte|tous droits|todos los derechos|todos os direitos|tutti i diritti|все права|tüm hakları|جميع الحقوق|版权所有|無断転載|무단)"
    r"|(?:photo|image|picture|credit|file photo|foto|bild|crédit|fotografía)s?\s?:[^.]{0,60}$|(?:published in|first published|dieser artikel erschien|publié dans|publicado en|last updated|updated:|stand:|mis à jour)\b"
    r"|the views expressed|die (?:hier )?geäußerte|this (?:story|article) (?:was|has been) (?:originally|first|supplied|published|auto)"
    r")",
    re.IGNORECASE,
)
