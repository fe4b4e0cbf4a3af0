The account's number said before anything is asked
who: stranger
> {number}
< теперь назовите код
> {code}
< согласны
> да
< привязан
books: links 1
