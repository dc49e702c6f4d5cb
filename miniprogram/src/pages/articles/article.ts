import { serverNow } from '../../api/clock';
import { failureOf, type Failure } from '../../api/failure';
import { ApiError, request } from '../../api/request';
import type { ArticleView } from '../../api/types';
import { blocksOf } from '../../logic/article';
import { moment } from '../../logic/time';
import { look } from '../../look';
import { articleKinds, articleSay, articleWords as words } from '../../words/articles';

function shown({ kind, title, text, tags, cover, updated_at }: ArticleView, now: number) {
  return {
    kind: articleKinds[kind],
    title,
    tags,
    cover,
    blocks: blocksOf(text),
    updated: articleSay.updated(moment(updated_at, now)),
  };
}

Page({
  data: {
    ...look(),
    words,
    state: 'loading' as 'loading' | 'ready' | 'empty' | 'error',
    failure: { text: '', requestId: '' } as Failure,
    article: null as ReturnType<typeof shown> | null,
  },
  articleId: '',

  onLoad({ id }: Record<string, string | undefined>) {
    this.articleId = id ?? '';
    void this.load();
  },

  onShow() {
    this.setData(look());
  },

  async load() {
    this.setData({ state: 'loading' });
    try {
      const article = await request<ArticleView>('GET', `/api/articles/${this.articleId}`);
      this.setData({ article: shown(article, serverNow()), state: 'ready' });
    } catch (error) {
      const gone = error instanceof ApiError && error.code === 'not_found';
      this.setData({ state: gone ? 'empty' : 'error', failure: failureOf(error) });
    }
  },

  find(event: WechatMiniprogram.TouchEvent) {
    const { tag } = event.currentTarget.dataset;
    wx.navigateTo({ url: `/pages/search/search?text=${encodeURIComponent(tag)}` });
  },

  askLibrarian() {
    wx.switchTab({ url: '/pages/chat/chat' });
  },

  onShareAppMessage() {
    return {
      title: this.data.article?.title ?? '',
      path: `/pages/articles/article?id=${this.articleId}`,
    };
  },
});
