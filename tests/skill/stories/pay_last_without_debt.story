The last month without the debt is no more than that month
who: rich
door: text
> хочу оплатить только последний месяц без долга
< за октябрь; 8 204
! 47 010
> а можно только за месяц
< какой месяц
> почему за последний месяц так много
! оплачиваем
books: payments 0
