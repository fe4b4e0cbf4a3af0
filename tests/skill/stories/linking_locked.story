Пять неверных кодов закрывают привязку.
who: stranger
> привязать счёт
> {number}
> 000000
> {number}
> 000001
> {number}
> 000002
> {number}
> 000003
> {number}
> 000004
< слишком много
books: links 0
