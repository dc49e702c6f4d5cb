"""The pages 导入和导出: a thousand cards with bad rows, from the file to the way back; and the way out."""

from pathlib import Path

from playwright.async_api import Browser, expect

from models.db import fetch, transaction
from models.patrons import save_group
from tests.support.library import Library
from tests.support.phones import COMPUTER, Screen, screen
from tests.support.tables import csv_of

IMPORTS = "admin/imports/imports"


async def choose(manager: Screen, path: Path, what: str = "读者证") -> None:
    async with manager.page.expect_file_chooser() as chooser:
        await manager.tap(f"选一个文件导入{what}")
    await (await chooser.value).set_files(path)


async def number_of_cards() -> int:
    return int((await fetch("SELECT count(*) AS n FROM patron"))[0]["n"])


async def test_a_thousand_cards_with_bad_rows_are_imported_and_taken_back(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
    await library.reader("manager", role="manager")
    rows = [(f"2023{n:04}", f"读者{n}", f"138{n:08}", "学生", "2027-06-30") for n in range(982)]
    rows += [(f"2024{n:04}", f"坏行{n}", "1.38E+10", "校友", "明天") for n in range(18)]
    file = tmp_path / "读者.csv"
    file.write_bytes(csv_of(*rows, encoding="gb18030"))
    async with screen(chromium, library, "manager", page=IMPORTS) as manager:
        await manager.sees("还没有导入过。")
        await manager.look("admin-imports")
        await choose(manager, file)
        await manager.sees("将新增 982 人，18 行有问题不导入。", seconds=30)
        await manager.sees("第 984 行")
        await manager.sees("手机号“1.38E+10”：Excel 把长数字改成了科学记数")
        await manager.look("admin-import-checked")
        assert await number_of_cards() == 0
        await manager.tap("导入", exact=True)
        await manager.sees("7 天之内可以撤销。")
        await manager.look("admin-import-apply")
        await manager.page.get_by_role("button", name="导入", exact=True).filter(visible=True).last.click()
        await manager.sees("已新增 982 人", seconds=30)
        assert await number_of_cards() == 982
        async with manager.page.expect_download() as saved:
            await manager.tap("把问题存成表格")
        assert (await (await saved.value).path()).read_bytes().startswith(b"PK")
        await manager.tap("撤销这次导入")
        await manager.tap("撤销", exact=True)
        await manager.sees("已全部撤销。")
        assert await number_of_cards() == 0
        await manager.look("admin-import-undone")


async def test_columns_are_named_by_hand_and_cards_leave_as_a_worksheet(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    await library.reader("manager", role="manager")
    file = tmp_path / "cards.csv"
    file.write_bytes(csv_of(("20230001", "林小满"), head=("编码", "称呼")))
    async with screen(chromium, library, "manager", page=IMPORTS, size=COMPUTER, bare=1) as manager:
        await choose(manager, file)
        await manager.sees("等您指定列")
        for field, column in (("读者证号", "编码"), ("姓名", "称呼")):
            await manager.tap(field)
            wheel = manager.page.get_by_role(
                "option", name=column
            ).last  # the sheet before may still be leaving
            await wheel.click()
            await expect(wheel).to_have_attribute("aria-selected", "true")
            await manager.tap("确定", exact=True)
        await manager.look("admin-import-mapping-wide")
        await manager.tap("按这样检查")
        await manager.sees("将新增 1 人。")
        await manager.back()
        await manager.tap("导出全部读者证")
        await manager.tap("表格（XLSX）")
        async with manager.page.expect_download() as saved:
            await manager.tap("整理资料")
        assert (await (await saved.value).path()).read_bytes().startswith(b"PK")
        await manager.go("/staff/feedback/feedback")
        await manager.tap("导出最近一年的意见")
        await manager.tap("PDF")
        async with manager.page.expect_download() as saved:
            await manager.tap("投诉或纠纷")
        assert (await (await saved.value).path()).read_bytes().startswith(b"%PDF")
        await manager.look("staff-feedback-exported")


async def test_an_editor_imports_what_is_often_asked_and_sees_no_card(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    await library.reader("editor", role="editor")
    file = tmp_path / "faq.csv"
    rows = (("常见问题", "怎么续借", "在我的页续借。", "已发布"), ("公告", "停电", "明天停电。", ""))
    file.write_bytes(csv_of(*rows, head=("类型", "标题", "正文", "状态")))
    async with screen(chromium, library, "editor", page=IMPORTS) as editor:
        await editor.sees("选一个文件导入文章和常见问题")
        await editor.does_not_see("读者证")
        await choose(editor, file, "文章和常见问题")
        await editor.sees("将新增 1 篇，1 行有问题不导入。")
        await editor.sees("类型“公告”：不是认得的类型，请写文章或常见问题。")
        await editor.tap("导入", exact=True)
        await editor.sees("类型和标题都相同的会换成文件里的内容")
        await editor.page.get_by_role("button", name="导入", exact=True).filter(visible=True).last.click()
        await editor.sees("已新增 1 篇")
        await editor.look("admin-import-articles")
