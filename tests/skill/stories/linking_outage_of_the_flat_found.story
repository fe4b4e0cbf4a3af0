«Нет воды» before linking: once the flat is known no street is asked for
who: stranger
> здравствуйте, у меня воды нет
< на какой улице
> лицевой {number}
> {code}
> да
< привязан; заявку
! на какой улице
books: links 1
