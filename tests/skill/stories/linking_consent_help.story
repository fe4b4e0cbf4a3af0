Зачем согласие.
who: stranger
> привязать счёт
> {number}
> {code}
> помощь
< закону; удали мои данные
> да
< привязан
books: links 1; consents 1
