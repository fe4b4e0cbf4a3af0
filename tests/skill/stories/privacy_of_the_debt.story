A wish that nobody hears the debt is no question about it
door: text
> а можно, чтобы без кода никто не слышал мой долг
< пин-код
! 8 030
> хорошо, поставьте
< пин-код
! отзыв
> убери код
< пин-код
! отвязать
> оставьте жалобу
< на что жалоба
books: feedback 0; links 1
