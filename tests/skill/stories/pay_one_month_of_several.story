One month of several is paid: which one is asked, the oldest is it
who: rich
> заплачу за один месяц
< май; 7 922; октябрь; 8 204
! 47 010
> за самый старый
< за май; 7 922
> а с пенями?
< 812 ₽ 55; 8 735
> нет, за последний
< 8 204
> да
! 47 010
books: payments 8204.85
