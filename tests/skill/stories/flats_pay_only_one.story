Both bills were to be paid, then only one: which one is asked where a street names both
who: both
door: text
> оплатить обе
< квартира 12; 8 030
> нет, только на Лесной
< какая квартира; 12; 7
> седьмую
< 47 010
> да
< 47 010; ссылка
! 8 030
books: payments 47010.23
