"""Three hundred strings that try to be more than text: as names, regions, column titles they must stay text (S03)."""

__all__ = ["HOSTILE"]

_SCRIPTS = [
    "<script>document.title='owned'</script>",
    "<ScRiPt src=//x.example/a.js></sCrIpT>",
    "<script\x0b>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</td></table><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<script type=module>import('//x.example')</script>",
]
_EVENTS = ("onerror", "onload", "onclick", "onmouseover", "onfocus", "onanimationstart", "ontoggle", "onpointerenter")
_TAGS = (
    "<img src=x {}=alert(1)>",
    "<svg {}=alert(1)>",
    "<body {}=alert(1)>",
    "<details open {}=alert(1)>",
    "<input autofocus {}=alert(1)>",
    "<video src=x {}=alert(1)></video>",
    '"{}="alert(1)',
    "' {}='alert(1)' x='",
    '"><b {}="alert(1)" style="animation-name:x">',
    "<a href=# {}=alert(1)>x</a>",
)
_HANDLERS = [tag.format(event) for tag in _TAGS for event in _EVENTS]
_URLS = [
    template.format(url)
    for template in (
        '<a href="{}">x</a>',
        "[x]({})",
        "![x]({})",
        '<iframe src="{}"></iframe>',
        '<form action="{}"><button>x',
    )
    for url in (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//x.example/p.png",
        "file:///etc/passwd",
    )
]
_MARKUP = [
    "<style>*{display:none}</style>",
    '<div style="background:url(//x.example)">x</div>',
    '<link rel=stylesheet href="//x.example/a.css">',
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<base href=//x.example/>",
    "<object data=//x.example></object>",
    "<embed src=//x.example>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<svg><use href='data:image/svg+xml;base64,PHN2Zz4='/></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<img src=//x.example/t.gif>",
    "<img srcset='//x.example/t.gif 1x'>",
    "<audio src=//x.example autoplay>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext>",
    "<!--",
    "<textarea>",
    "<select><option>",
    "{{ 7*7 }}",
    "{% raw %}",
    "${7*7}",
    "#{7*7}",
    "%s%s%n",
    "{0.__class__}",
    "$\\frac{1}{0}$",
    "\\(x\\)",
    "`code`",
    "# heading",
    "| a | b |",
    "***",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00null",
    "a\r\nSet-Cookie: x=1",
    "\ufeff<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<img/src='x'/onerror=alert(1)>",
    "<b>unclosed",
]
_FORMULAS = [
    f"{start}{formula}"
    for start in ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠")
    for formula in (
        'HYPERLINK("http://x.example","x")',
        "cmd|' /C calc'!A0",
        'IMPORTXML("http://x.example","//a")',
        "1+1",
        'WEBSERVICE("http://x.example")',
    )
]
_TURNING = [
    text
    for control in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    for text in (f"{control}gnp.exe", f"王{control}五", f"a{control}", f"{control}{control}x", f"1{control}2")
]
_REST = [f"<x{place} onclick=alert({place}) id=content>" for place in range(40)]

HOSTILE = [*_SCRIPTS, *_HANDLERS, *_URLS, *_MARKUP, *_FORMULAS, *_TURNING, *_REST][:300]
