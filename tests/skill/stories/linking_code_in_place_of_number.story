A wrong number is put right when the code is asked for already
who: stranger
> привязать счёт
> сто тысяч пятьсот
< код
> ой, не тот, {number}
! подошли
> {code}
< согласны
books: links 0
