Номер и код присланы сразу, без слов.
who: stranger
> {number} {code}
< Вы согласны
> да
< счёт привязан
books: links 1
